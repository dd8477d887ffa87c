import {isObject} from '../../../simulator/json.ts';
import type {GalleryEntry} from '../../../simulator/local/desktop.ts';

/** What a person reads of an entry: as mrkdwn, where marks and mentions count, or as plain text. */
export interface ShownText {
	readonly kind: 'mrkdwn' | 'plain_text';
	readonly text: string;
}

/** Every text of a payload that Slack shows; what a person typed into a field, and what buttons carry, are none. */
export function shownTexts({kind, payload}: Pick<GalleryEntry, 'kind' | 'payload'>): readonly ShownText[] {
	const {text} = payload as {readonly text?: unknown};
	const isMessage = kind !== 'modal' && kind !== 'home';
	return [
		...(isMessage && typeof text === 'string' ? [{kind: 'mrkdwn', text} as const] : []),
		...textsIn((payload as {readonly blocks?: unknown}).blocks),
		...(isMessage ? [] : ['title', 'submit', 'close'].flatMap((field) => textsIn(payload[field]))),
	];
}

function textsIn(value: unknown): readonly ShownText[] {
	if (Array.isArray(value)) return value.flatMap(textsIn);
	if (!isObject(value)) return [];
	const {type, text} = value as {readonly type?: unknown; readonly text?: unknown};
	if ((type === 'mrkdwn' || type === 'plain_text') && typeof text === 'string') return [{kind: type, text}];
	return Object.values(value).flatMap(textsIn);
}

/** Line feeds, tabs in code, what Persian and emoji are joined with, and what Lockstep itself takes marks apart with. */
const harmless: ReadonlySet<string> = new Set(['\n', '\t', '\u200C', '\u200D', '\u2060']);

function isHidden(character: string): boolean {
	return /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(character);
}

/** What could ping somebody who is not meant, lead elsewhere, or look like something that it is not. */
export function tricksIn(
	shown: ShownText,
	meant: {readonly ids: readonly string[]; readonly links: readonly string[]},
): readonly string[] {
	// Lockstep sets text from right to left apart, always in pairs.
	const text = shown.text.replaceAll(/\u200e\u2068([^\n\u2066-\u2069]*)\u2069/gu, '$1');
	const hidden = Array.from(text).filter((character) => !harmless.has(character) && isHidden(character));
	const named = hidden.map((character) => `hides U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase()}`);
	if (shown.kind === 'plain_text') return [...named, ...(shown.text.match(/<[!@#]\S*|:[a-z0-9_+'-]+:/gu) ?? [])];
	const tokens = shown.text.match(/<[^<>]*>/gu) ?? [];
	const outside = shown.text.replaceAll(/<[^<>]*>/gu, '');
	const bare = outside.replaceAll(/```[\s\S]*?```|`[^`\n]*`/gu, '');
	return [
		...named,
		...tokens.filter((token) => !isMeant(token, meant)),
		...(outside.match(/[<>]|&(?!(?:amp|lt|gt);)/gu) ?? []).map((mark) => `${mark} unescaped`),
		...(bare.match(/@(?:channel|here|everyone)\b|:[a-z0-9_+'-]+:/giu) ?? []),
	];
}

function isMeant(
	token: string,
	{ids, links}: {readonly ids: readonly string[]; readonly links: readonly string[]},
): boolean {
	const id = /^<@([A-Z0-9]+)>$|^<!subteam\^([A-Z0-9]+)>$/u.exec(token);
	if (id !== null) return ids.includes(id[1] ?? id[2] ?? '');
	const link = /^<(https?:\/\/[^|>]+)\|[^|<>]+>$/u.exec(token);
	if (link !== null) return links.includes(link[1] ?? '');
	return /^<!date\^\d{1,12}\^[^<>|^]*\|[^<>|]+>$/u.test(token);
}
