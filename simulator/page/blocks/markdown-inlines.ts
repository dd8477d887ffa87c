import {withEmoji} from './emoji.ts';
import type {Inline} from './flow.ts';
import {safeLink} from './safe-links.ts';

// One alternative a form of markdown within a line; each is bounded by what it must not contain, so that no text is slow.
const forms = new RegExp(
	[
		/\\(?<escaped>[!-/:-@[-`{-~])/,
		/(?<ticks>`{1,3})(?<code>[^`\n]+)\k<ticks>(?!`)/,
		/(?<image>!)?\[(?<label>[^[\]\n]{0,500})\]\((?<address>[^\s()<>]{1,3000})(?: "[^"\n]{0,200}")?\)/,
		/<(?<auto>https?:\/\/[^\s<>]+|mailto:[^\s<>]+)>/,
		/(?<bare>\bhttps?:\/\/[^\s<>()`*]+[^\s<>()`*.,;:!?'"])/,
		/\*\*(?<bold>(?=\S)[^\n]{1,2000}?(?<=\S))\*\*(?!\*)/,
		/(?<!\w)__(?<bold2>(?=\S)[^_\n]{1,2000}(?<=\S))__(?!\w)/,
		/~~(?<strike>(?=\S)[^~\n]{1,2000}(?<=\S))~~/,
		/\*(?<italic>(?=\S)[^*\n]{1,2000}(?<=\S))\*/,
		/(?<!\w)_(?<italic2>(?=\S)[^_\n]{1,2000}(?<=\S))_(?!\w)/,
	]
		.map((each) => each.source)
		.join('|'),
	'g',
);

/** One line of markdown as parts. */
export function markdownInlines(text: string, depth = 0): readonly Inline[] {
	const parts: Inline[] = [];
	let at = 0;
	for (const match of depth > 4 ? [] : text.matchAll(forms)) {
		parts.push(...withEmoji(text.slice(at, match.index)), ...formOf(match.groups ?? {}, depth));
		at = match.index + match[0].length;
	}
	return [...parts, ...withEmoji(text.slice(at))];
}

function formOf(found: Readonly<Record<string, string | undefined>>, depth: number): readonly Inline[] {
	const {escaped, code, label, address, auto, bare} = found;
	if (escaped !== undefined) return [{kind: 'text', text: escaped}];
	if (code !== undefined) return [{kind: 'code', text: code}];
	if (address !== undefined) return [linkOf(address, markdownInlines(label ?? '', depth + 1))];
	const plain = auto ?? bare;
	if (plain !== undefined) return [linkOf(plain, [{kind: 'text', text: plain}])];
	const children = markdownInlines(contentOf(found), depth + 1);
	if (found['strike'] !== undefined) return [{kind: 'strike', children}];
	return [{kind: (found['bold'] ?? found['bold2']) === undefined ? 'italic' : 'bold', children}];
}

function contentOf(found: Readonly<Record<string, string | undefined>>): string {
	return found['bold'] ?? found['bold2'] ?? found['strike'] ?? found['italic'] ?? found['italic2'] ?? '';
}

/** A picture is a link too: no request leaves this machine. */
function linkOf(address: string, label: readonly Inline[]): Inline {
	const href = safeLink(address);
	const children: readonly Inline[] = label.length === 0 ? [{kind: 'text', text: address}] : label;
	if (href !== undefined) return {kind: 'link', href, children};
	return {kind: 'italic', children: [...children, {kind: 'text', text: ` (${address})`}]};
}
