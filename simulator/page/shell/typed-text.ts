import type {Directory} from '../surface.ts';

const BROADCASTS = new Set(['here', 'channel', 'everyone']);

/** What a person typed as Slack keeps it: `&`, `<`, `>` escaped, `@dana` and `#general` as ids. */
export function encodeTyped(text: string, directory: Directory): string {
	const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
	return escaped.replaceAll(
		/(?<=^|[\s(])([@#])([\p{L}\p{N}_][\p{L}\p{N}_.-]*)/gu,
		(whole, sign: string, word: string) => {
			// A full stop or a hyphen at the end belongs to the sentence.
			const name = word.replace(/[.-]+$/, '');
			const rest = word.slice(name.length);
			const id = sign === '@' ? mentionOf(name, directory) : channelOf(name, directory);
			return id === undefined ? whole : `${id}${rest}`;
		},
	);
}

function mentionOf(name: string, {people, userGroups}: Directory): string | undefined {
	if (BROADCASTS.has(name)) return `<!${name}>`;
	const person = people.find((each) => each.name === name);
	if (person !== undefined) return `<@${person.id}>`;
	const group = userGroups.find((each) => each.handle === name);
	return group === undefined ? undefined : `<!subteam^${group.id}>`;
}

function channelOf(name: string, {channels}: Directory): string | undefined {
	const channel = channels.find((each) => each.name === name);
	return channel === undefined ? undefined : `<#${channel.id}>`;
}

/** A slash command's name and the rest, or null where the text is none. */
export function commandIn(text: string): {readonly command: string; readonly rest: string} | null {
	const found = /^(\/[^\s/]+)(?:\s+([\s\S]*))?$/.exec(text.trim());
	return found === null ? null : {command: found[1] ?? '', rest: found[2] ?? ''};
}
