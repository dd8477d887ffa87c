import type {JsonObject} from '../../json.ts';

/** plain_text, as labels, buttons and headers take it. */
export function plain(text: string): JsonObject {
	return {type: 'plain_text', text, emoji: true};
}

/** mrkdwn, as sections and contexts take it. */
export function mrkdwn(text: string): JsonObject {
	return {type: 'mrkdwn', text};
}

/** Words up to exactly this many characters: what stands at a limit. */
export function wordsOf(length: number): string {
	const words = 'The order table waits for its new column while readers go on as they always do. ';
	return words
		.repeat(Math.ceil(length / words.length))
		.slice(0, length - 1)
		.trimEnd()
		.padEnd(length, '.');
}

/** An option of a menu, a list of radio buttons or checkboxes. */
export function option(text: string, value: string, description?: string): JsonObject {
	return {text: plain(text), value, ...(description === undefined ? {} : {description: plain(description)})};
}

/** A short text in every form that mrkdwn knows. */
export const everyForm = [
	'*bold*, _italic_, ~struck~, `code`, *_both_* and :rocket: :white_check_mark:',
	'• a point, with a <https://example.com/runbook|link> and a bare one: https://example.com',
	'• <@U0PRIYA0001> in <#C0DBMIGR001|db-migrations>, <!subteam^S0APPROVER1|@approvers> and <!here>',
	'> quoted: <!date^1790000000^{date_short_pretty} at {time}|21 September 2026>',
	'```\nALTER TABLE orders ADD COLUMN region text;\n```',
].join('\n');

/** Text that tries to be something else; it must stay text. */
export const hostile =
	'&lt;script&gt;alert(1)&lt;/script&gt; *unclosed `tick _and <javascript:alert(1)|a link> \u202Eright to left\u202C שלום 👩‍👩‍👧 Ｗｉｄｅ zero\u200Bwidth';

/** A picture of its own, so that no request leaves the machine. */
export const picture =
	'data:image/svg+xml,' +
	encodeURIComponent(
		'<svg xmlns="http://www.w3.org/2000/svg" width="480" height="160" viewBox="0 0 480 160">' +
			'<rect width="480" height="160" fill="#5b4a86"/><circle cx="90" cy="80" r="44" fill="#fdf0c4"/>' +
			'<path d="M170 120 250 60l50 34 60-52 60 78z" fill="#00704f"/></svg>',
	);
