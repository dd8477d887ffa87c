import type {Inline} from './flow.ts';
import {targetAsInline} from './mrkdwn-targets.ts';

/** How a mrkdwn text is read. */
export type Reading = {
	/** True: bare addresses and channel names stay text (Slack: text object, verbatim). */
	readonly verbatim: boolean;
	/** Names of channels, without `#`, that become links where they stand bare. */
	readonly channels: ReadonlyMap<string, string>;
};

/** What was taken out of a line, by number. */
export type Lifted = readonly Inline[];

// Characters of the private use area stand in for what the parser must not see; a text's own are replaced first.
const ownMarks = /[\uE000-\uE006]/g;
const backtick = '\uE002';
const greater = '\uE003';
/** A white space to the parser and nothing to a reader. */
const seam = '\uFEFF';

/** `code`, then `<…>`, then a bare address, then a bare channel. */
const atoms =
	/`([^`\n]+)`|<([^\s<>][^<>\n]*)>|(\bhttps?:\/\/[^\s<>`"|]+)|(?<![\p{L}\p{N}_&/#])#([\p{Ll}\p{N}_-]{1,80})/gu;

/** Takes code, links and mentions out of a line and leaves numbered marks. */
export function lift(line: string, reading: Reading): {readonly text: string; readonly lifted: Lifted} {
	const lifted: Inline[] = [];
	const keep = (part: Inline): string => `\uE000${lifted.push(part) - 1}\uE001`;
	const text = line
		.replaceAll(ownMarks, '\uFFFD')
		.replaceAll(seam, '')
		.replaceAll(atoms, (whole: string, ...found: readonly unknown[]) => {
			const [code, target, address, channel] = found.map((each) => (typeof each === 'string' ? each : undefined));
			if (code !== undefined) return keep({kind: 'code', text: lower(code)});
			if (target !== undefined) return keep(targetAsInline(target, true));
			if (reading.verbatim) return keep({kind: 'text', text: lower(whole)});
			if (address !== undefined) return bareAddress(address, keep);
			const id = reading.channels.get(channel ?? '');
			return id === undefined ? whole : keep({kind: 'channel', id});
		});
	return {text, lifted};
}

/** Stands beside what the parser takes for the middle of a word, and hides what it would misread. */
export function protect(text: string): string {
	return text
		.replaceAll('`', backtick)
		.replaceAll('&gt;', greater)
		.replaceAll(/(["'“”‘’«»„|/:;\uE001])([*_~])(?=\S)/g, `$1${seam}$2`)
		.replaceAll(/(?<=\S)([*_~])(?=["'“”‘’«»…:;/|\uE000])/g, `$1${seam}`);
}

/** The text as a person reads it: the three entities are characters, the marks are gone. */
export function lower(text: string): string {
	return text
		.replaceAll(seam, '')
		.replaceAll(backtick, '`')
		.replaceAll(greater, '>')
		.replaceAll('&lt;', '<')
		.replaceAll('&gt;', '>')
		.replaceAll('&amp;', '&');
}

/** Punctuation at the end of a sentence is no part of an address. */
function bareAddress(address: string, keep: (part: Inline) => string): string {
	const entity = /&(?:gt|lt);.*$/.exec(address)?.[0] ?? '';
	const cut = address.slice(0, address.length - entity.length);
	const end = /[.,;:!?)\]}'*_~]*$/.exec(cut)?.[0] ?? '';
	const whole = cut.slice(0, cut.length - end.length);
	return `${keep(targetAsInline(whole, true))}${end}${entity}`;
}
