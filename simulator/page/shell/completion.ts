import type {Desktop} from '../../local/desktop.ts';

/** One thing that can be put into the text. */
export type Completion = {
	/** What replaces the text from `from` to the caret. */
	readonly insert: string;
	readonly label: string;
	/** Stands beside the label in a quieter voice. */
	readonly usage: string;
	readonly detail: string;
};

/** What is offered for a text with the caret at its place. */
export type Offer = {
	readonly kind: 'command' | 'usage' | 'mention';
	readonly from: number;
	readonly items: readonly Completion[];
	/** Enter takes the first one without an arrow before it. */
	readonly preselect: boolean;
};

/** As many are offered at once. */
const MOST = 8;

/** Offers commands for `/`, their usage after them, people and groups for `@`, channels for `#`; null for none. */
export function offerFor(text: string, caret: number, desktop: Desktop): Offer | null {
	const before = text.slice(0, caret);
	const offer = commandOffer(before, desktop) ?? usageOffer(before, desktop) ?? nameOffer(before, desktop);
	return offer === null || offer.items.length === 0 ? null : offer;
}

function commandOffer(before: string, {commands}: Desktop): Offer | null {
	if (!/^\/\S*$/.test(before)) return null;
	const items = commands
		.filter((each) => each.command.startsWith(before.toLowerCase()))
		.map(({command, description, usageHint}) => ({
			insert: `${command} `,
			label: command,
			usage: usageHint,
			detail: description,
		}));
	return {kind: 'command', from: 0, items, preselect: true};
}

/** A usage hint such as `request [target] | list` names the first words that a command takes. */
function usageOffer(before: string, {commands}: Desktop): Offer | null {
	const found = /^(\/\S+)\s+(\S*)$/.exec(before);
	const command = commands.find((each) => each.command === found?.[1]);
	if (found === null || command === undefined) return null;
	const typed = found[2] ?? '';
	const items = command.usageHint
		.split('|')
		.map((each) => each.trim())
		.filter((each) => /^\w/.test(each) && each.startsWith(typed) && each !== typed)
		.map((usage) => ({
			insert: /\s/.test(usage) ? `${usage.split(/\s+/)[0] ?? usage} ` : usage,
			label: usage,
			usage: '',
			detail: '',
		}));
	return {kind: 'usage', from: before.length - typed.length, items: items.slice(0, MOST), preselect: false};
}

function nameOffer(before: string, desktop: Desktop): Offer | null {
	const found = /(?:^|[\s(])([@#])([\p{L}\p{N}_.-]*)$/u.exec(before);
	if (found === null) return null;
	const sign = found[1] ?? '@';
	const typed = (found[2] ?? '').toLowerCase();
	const all = sign === '@' ? people(desktop) : channels(desktop);
	const items = all.filter(({words}) => words.some((word) => word.toLowerCase().startsWith(typed)));
	return {kind: 'mention', from: before.length - typed.length - 1, items: items.slice(0, MOST), preselect: true};
}

type Named = Completion & {readonly words: readonly string[]};

function people({people: all, userGroups}: Desktop): readonly Named[] {
	return [
		...all
			.filter((each) => !each.deactivated)
			.map(({name, realName}) => named(`@${name}`, realName, [name, ...realName.split(/\s+/)])),
		...userGroups.map(({handle, name}) => named(`@${handle}`, name, [handle, name])),
		named('@here', 'Everybody here who is active', ['here']),
		named('@channel', 'Everybody in this channel', ['channel']),
	];
}

function channels({channels: all}: Desktop): readonly Named[] {
	return all
		.filter((each) => each.kind === 'public' || each.kind === 'private')
		.map(({name}) => named(`#${name}`, 'Channel', [name]));
}

function named(label: string, detail: string, words: readonly string[]): Named {
	return {insert: `${label} `, label, usage: '', detail, words};
}
