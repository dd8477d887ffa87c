import type {Place} from '../../domain/review/finding.ts';
import {visibleText} from '../../domain/script/hidden-text.ts';
import type {FaultKind, Guard, ScriptFault} from '../../domain/script/parsed-script.ts';
import {placeAt, type Source} from './source.ts';

/** So many faults of a kind are told, and one more that says that there are others: nobody reads a thousand. */
export const toldFaults = 100;

type FaultWords = Pick<ScriptFault, 'text' | 'message' | 'remedy'>;

/** A fault at a byte offset of the file, outside of all guards until somebody says otherwise. */
export function faultAt(
	source: Source,
	offset: number,
	kind: FaultKind,
	words: FaultWords,
	guard: Guard | null = null,
): ScriptFault {
	return {kind, place: placeAt(source, offset), guard, ...words};
}

/** Longest piece of the file that a fault shows to either side of its place, in bytes. */
const excerptBytes = 120;

/** The line around an offset, as people can see it; with the line of `from`, an offset before it, where that is another. */
export function excerptAt(source: Source, offset: number, from: number = offset): string {
	const {bytes} = source;
	const lineStart = from === 0 ? 0 : bytes.lastIndexOf(0x0a, from - 1) + 1;
	const newline = bytes.indexOf(0x0a, offset);
	const lineEnd = newline === -1 ? bytes.length : newline;
	return textBetween(source, Math.max(lineStart, from - excerptBytes), Math.min(lineEnd, offset + excerptBytes));
}

/** The file's text between two byte offsets, cut to whole characters, as people can see it. */
export function textBetween({bytes}: Source, start: number, end: number): string {
	let from = start;
	let to = end;
	while (from < end && isContinuation(bytes[from])) from += 1;
	while (to > from && isContinuation(bytes[to])) to -= 1;
	return oneLine(visibleText(bytes.toString('utf8', from, to)));
}

export function oneLine(text: string): string {
	return text.replaceAll(/\s+/gu, ' ').trim();
}

function isContinuation(byte: number | undefined): boolean {
	return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** In the order of the file, and of each kind not more than people read. */
export function orderedFaults(faults: readonly ScriptFault[]): readonly ScriptFault[] {
	const counts = new Map<FaultKind, number>();
	return faults
		.toSorted((left, right) => comparePlaces(left.place, right.place))
		.flatMap((fault) => {
			const count = (counts.get(fault.kind) ?? 0) + 1;
			counts.set(fault.kind, count);
			if (count > toldFaults + 1) return [];
			return [count <= toldFaults ? fault : {...fault, message: `${tooMany} ${fault.message}`}];
		});
}

const tooMany = 'There are more places like this one than are told.';

export function comparePlaces(left: Place, right: Place): number {
	return left.line - right.line || left.column - right.column;
}
