/**
 * Slack's limits and the one way by which text from outside (names, summaries, SQL, server messages) becomes Slack text.
 * Sources: docs.slack.dev/reference/block-kit/blocks, /block-elements, /composition-objects, /methods/chat.update,
 * /messaging/formatting-message-text.
 */
export const limits = {
	messageBlocks: 50,
	/** Not documented: chat.postMessage answers msg_blocks_too_long above about this many characters in all blocks. */
	messageCharacters: 13_200,
	/** chat.update, in bytes. */
	messageTextBytes: 4000,
	modalBlocks: 100,
	section: 3000,
	header: 150,
	contextElements: 10,
	actionsElements: 25,
	blockId: 255,
	buttonText: 75,
	value: 2000,
	optionText: 75,
	optionValue: 150,
	options: 100,
	checkboxes: 10,
	modalTitle: 24,
	privateMetadata: 3000,
	inputText: 3000,
	inputLabel: 2000,
	confirmTitle: 100,
	confirmText: 300,
	confirmButton: 30,
	placeholder: 150,
	/** Slack's own limit of a file_input, in bytes. */
	fileBytes: 10 * 1024 * 1024,
} as const;

/** Nothing shown is longer, so nothing longer is worked on. */
const longest = 6000;

/** U+2060 WORD JOINER: invisible, and Slack no longer sees a mention or an emoji. */
const wordJoiner = '\u2060';

/**
 * Controls, and what turns the direction of text round or hides in it: Unicode's format characters (Cf), separators of
 * lines, letters without a shape. The joiners U+200C and U+200D stay: Persian and emoji are written with them.
 */
const deceptive = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;

/** Letters written from right to left: between them an arrow or a number of ours would change sides. */
const rightToLeft = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

/** U+2068 FIRST STRONG ISOLATE and U+2069 POP DIRECTIONAL ISOLATE: what stands between them moves nothing around them. */
const isolate = '\u2068';
const isolateEnd = '\u2069';

/** U+200E LEFT-TO-RIGHT MARK: a line of ours that begins with such a name still reads from left to right. */
const leftToRight = '\u200e';

/** Text from outside as one line of mrkdwn that formats, links and pings nothing. */
export function escape(text: string): string {
	const inert = entities(oneLine(text))
		.replaceAll('*', '∗')
		.replaceAll('~', '∼')
		.replaceAll('`', 'ˋ')
		.replaceAll(/(?<![\p{L}\p{N}_])_|_(?![\p{L}\p{N}_])/gu, 'ˍ')
		.replaceAll(/@(?=\w)/gu, `@${wordJoiner}`)
		.replaceAll(/#(?=\w)/gu, `#${wordJoiner}`)
		.replaceAll(/(?<=\bhttps?):(?=\/\/)/giu, `:${wordJoiner}`)
		.replaceAll(/:(?=[a-z0-9_+'-]+:)/giu, `:${wordJoiner}`);
	return rightToLeft.test(inert) ? `${leftToRight}${isolate}${inert}${isolateEnd}` : inert;
}

/** The same for plain_text, where Slack shows nearly everything as it is. */
export function plain(text: string): string {
	return oneLine(text)
		.replaceAll(/<(?=\S)/gu, `<${wordJoiner}`)
		.replaceAll(/:(?=[a-z0-9_+'-]+:)/giu, `:${wordJoiner}`);
}

/** Text from outside as inline code. */
export function code(text: string): string {
	const inside = entities(oneLine(text)).replaceAll('`', 'ˋ').trim();
	return inside === '' ? '(empty)' : `\`${inside}\``;
}

/** Text of several lines from outside as a code block of at most `max` characters. */
export function codeBlock(text: string, max: number): string {
	const inside = entities(
		text
			.slice(0, longest)
			.replaceAll(/\r\n?/gu, '\n')
			.replaceAll(/[^\n\t\P{Cc}]/gu, '')
			.replaceAll(hidden, ''),
	).replaceAll('`', 'ˋ');
	return `\`\`\`\n${cut(inside, max - 8)}\n\`\`\``;
}

/** The same but controls: in code, where a joiner has no business either. */
const hidden = /[\p{Cf}\u2028\u2029\u115f\u1160\u3164\uffa0]/gu;

/**
 * A sentence of Lockstep's own, which may hold `code`, mentions and dates beside names from outside. Mentions of people
 * pass where `known` says so, `<!channel>` and links never do.
 */
export function sentence(text: string, known: (id: string) => boolean = () => true): string {
	return text
		.slice(0, longest)
		.split(/(<@[UW][A-Z0-9]{2,}>|<!subteam\^S[A-Z0-9]{2,}>|<!date\^\d{1,12}\^[^<>|^]*\|[^<>|]*>|`[^`\n]{1,300}`)/u)
		.map((part, index) => (index % 2 === 0 ? escape(part) : token(part, known)))
		.join('');
}

function token(part: string, known: (id: string) => boolean): string {
	if (part.startsWith('`')) return code(part.slice(1, -1));
	if (part.startsWith('<!date')) return part;
	const id = /[A-Z0-9]{3,}/u.exec(part)?.[0] ?? '';
	return known(id) ? part : escape(part);
}

/** A link, or the words alone where the address is not plainly http(s). */
export function link(address: string, words: string): string {
	if (!/^https?:\/\/[^\s<>|"]+$/u.test(address)) return `${escape(words)} (${cut(escape(address), 300)})`;
	return `<${entities(address)}|${escape(words)}>`;
}

/** A moment in the reader's own time zone; `at` in epoch milliseconds. */
export function moment(at: number): string {
	const date = new Date(at);
	if (Number.isNaN(date.getTime())) return 'an unknown time';
	const fallback = `${date.toISOString().slice(0, 16).replace('T', ' ')} UTC`;
	return `<!date^${Math.floor(at / 1000)}^{date_short_pretty} at {time}|${fallback}>`;
}

/** Cuts to `max` characters, never inside an entity, a mention, a link or a surrogate pair. */
export function cut(text: string, max: number): string {
	if (text.length <= max) return text;
	const end = text.includes(isolate) ? isolateEnd : '';
	let kept = text.slice(0, Math.max(0, max - 1 - end.length));
	if (/[\ud800-\udbff]$/u.test(kept)) kept = kept.slice(0, -1);
	kept = kept.replace(/&[a-z]{0,3}$/u, '').replace(/<[^<>]*$/u, '');
	const open = (kept.match(/(?<!`)`(?!`)/gu)?.length ?? 0) % 2 === 1;
	const ended = open ? `${kept.slice(0, -1)}\`…`.slice(0, max) : `${kept}…`;
	return kept.lastIndexOf(isolate) > kept.lastIndexOf(isolateEnd) ? `${ended}${end}` : ended;
}

/** Cuts to `max` bytes of UTF-8. */
export function cutBytes(text: string, max: number): string {
	if (Buffer.byteLength(text) <= max) return text;
	let kept = cut(text, max);
	while (Buffer.byteLength(kept) > max) {
		kept = cut(kept, kept.length - Math.max(1, Math.ceil((Buffer.byteLength(kept) - max) / 4)));
	}
	return kept;
}

/** As many whole lines as fit in `max` characters; what is left out is counted by `rest`. */
export function fitLines(lines: readonly string[], max: number, rest: (left: number) => string): string {
	return fitItems(lines, (line) => line, max, rest);
}

/** The same, a line an item; items that do not fit are not rendered. */
export function fitItems<T>(
	items: readonly T[],
	lineOf: (item: T) => string,
	max: number,
	rest: (left: number) => string,
): string {
	const kept: string[] = [];
	let length = -1;
	for (const item of items) {
		const line = lineOf(item);
		if (length + 1 + line.length > max) return withRest(kept, kept[0] ?? line, items.length, max, rest);
		kept.push(line);
		length += 1 + line.length;
	}
	return kept.join('\n');
}

/** Takes lines away until the count of what is left out fits too; the first line stays, cut if need be. */
function withRest(
	lines: readonly string[],
	first: string,
	total: number,
	max: number,
	rest: (left: number) => string,
): string {
	for (let keep = lines.length; keep > 0; keep--) {
		const text = [...lines.slice(0, keep), rest(total - keep)].join('\n');
		if (text.length <= max) return text;
	}
	if (total === 1) return cut(first, max);
	const closing = rest(total - 1);
	return `${cut(first, max - closing.length - 1)}\n${closing}`;
}

function oneLine(text: string): string {
	return text
		.slice(0, longest)
		.replaceAll(/[\r\n\t]+/gu, ' ')
		.replaceAll(deceptive, '');
}

function entities(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
