import {characterName, hiddenRunAt, hiddenRunIndexes} from '../../domain/script/hidden-text.ts';
import type {ScriptFault} from '../../domain/script/parsed-script.ts';
import {regionsAt, type Region} from './code-regions.ts';
import {excerptAt, faultAt, toldFaults} from './script-fault.ts';
import {byteLength, type Source} from './source.ts';

/**
 * Characters that people cannot see, each run of them once. Outside of string literals they can make code look like a
 * comment, or one name like another ("Trojan Source", CVE-2021-42574); inside they are data, most likely.
 *
 * @param raw The bytes that the parser read, as Latin 1: what psql keeps for itself is blank.
 */
export function hiddenFaults(source: Source, raw: string): readonly ScriptFault[] {
	const {text} = source;
	const indexes = [...hiddenRunIndexes(text)];
	if (indexes.length === 0) return [];
	const offsets = byteOffsets(text, indexes);
	const regions = regionsAt(raw, offsets);
	const told: Readonly<Record<'code' | 'data', ScriptFault[]>> = {code: [], data: []};
	for (const [order, index] of indexes.entries()) {
		const region = regions[order] ?? 'code';
		const list = region === 'data' ? told.data : told.code;
		if (list.length > toldFaults || isHarmless(text, index, region)) continue;
		list.push(hiddenFault(source, offsets[order] ?? 0, hiddenRunAt(text, index), region));
	}
	return [...told.code, ...told.data];
}

/** UTF-16 indexes in their order → byte offsets. */
function byteOffsets(text: string, indexes: readonly number[]): readonly number[] {
	let last = 0;
	let offset = 0;
	return indexes.map((index) => {
		offset += byteLength(text.slice(last, index));
		last = index;
		return offset;
	});
}

/**
 * Spaces of other scripts and parts of an emoji are seen where nothing is run. NUL has a fault of its own.
 */
function isHarmless(text: string, index: number, region: Region): boolean {
	const run = hiddenRunAt(text, index);
	if (/^\0+$/u.test(run)) return true;
	if (region === 'code') return false;
	return /^\p{Zs}+$/u.test(run) || (region === 'comment' && isInEmoji(text, index, run));
}

/** The emoji presentation of a pictograph, the joiner between two, and keycaps (Unicode Technical Standard 51). */
function isInEmoji(text: string, index: number, run: string): boolean {
	const before = text.slice(Math.max(0, index - 2), index);
	const after = text.slice(index + run.length, index + run.length + 2);
	if (run === '\u{fe0f}' && /[\d#*]$/u.test(before)) return after.startsWith('\u{20e3}');
	if (!/[\p{Extended_Pictographic}\p{Emoji_Modifier}]$/u.test(before)) return false;
	return run === '\u{fe0f}' || (/^\u{fe0f}?\u{200d}$/u.test(run) && /^\p{Extended_Pictographic}/u.test(after));
}

function hiddenFault(source: Source, offset: number, run: string, region: Region): ScriptFault {
	const text = excerptAt(source, offset);
	if (region === 'data') {
		return faultAt(source, offset, 'hidden-character-in-literal', {
			text,
			message: `A text holds ${namesText(run)}, which people cannot see.`,
			remedy: String.raw`Make sure that the text is meant to hold it; written as U&'\200B' everybody sees it.`,
		});
	}
	return faultAt(source, offset, 'hidden-character', {
		text,
		message: `People cannot see ${namesText(run)}, so they may read something else than what runs.`,
		remedy: 'Take it out where the script comes from: in the migration, or in the name that it uses.',
	});
}

/** The first few, each once. */
function namesText(run: string): string {
	const names = [...new Set(Array.from(run.slice(0, 100), (character) => characterName(character)))];
	const more = names.length - 3;
	return more > 0 ? `${names.slice(0, 3).join(', ')} and ${more} more` : names.join(', ');
}
