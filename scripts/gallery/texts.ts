/** Somebody of the workspace who has to do with no request here: no data may ping them. */
export const bystander = 'U0GUS000001';

/** A user group that no target here names. */
const bystanders = 'S0ONCALL001';

/**
 * What a person, a script or a server could send to ping, mislead or hide: mentions, links, formatting, emoji, marks that
 * turn text round or cannot be seen, letters written from right to left, quotes of mrkdwn and of JSON.
 */
const trick = [
	`<!channel> <!here> <!everyone> <@${bystander}> <!subteam^${bystanders}> @channel @here #general`,
	'<https://evil.example/approve|Approve MR-12> https://evil.example <mailto:ceo@evil.example|the lead> <#C0GENERAL01>',
	'*Verified* _really_ ~not~ `code` ```block``` :white_check_mark: :rotating_light: ✔ 🎉👩‍👩‍👧‍👦',
	'\u202Elortnoc\u202C \u2066isolate \u200Bzero\u200Bwidth\u00AD \u{E0041}\u{E0042} שלום עולם مرحبا بالعالم',
	'&lt;!channel&gt; & <!date^0^{date}|never> \\u003c!channel\\u003e "quoted" \'single\' $1 {0} %s',
	'\n> quoted by nobody\r\n• *Approved* by everybody\t\u0000\u0007',
].join(' ');

/** Four thousand characters of it and a few more, as a name could have. */
export const hostile = repeated(trick, 4000);

/** A hostile text that begins with this, so that many of them differ. */
export function hostileFrom(start: string, length: number): string {
	return `${start}${hostile}`.slice(0, length);
}

/** What a person writes who explains much. */
export const longWords = repeated(
	'The column has been unused since 2.1.0, as the query log of the last thirty days shows; the report that read it was moved to the warehouse in March, and both teams that own readers of this table have agreed in writing.',
	1400,
);

function repeated(text: string, length: number): string {
	return `${text} `.repeat(Math.ceil(length / (text.length + 1))).trim();
}
