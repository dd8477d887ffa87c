import {parseSync} from 'libpg-query';
import {visibleText} from '../../domain/script/hidden-text.ts';
import type {Guard, ScriptFault} from '../../domain/script/parsed-script.ts';
import type {BlockText} from './block-text.ts';
import {guardOf} from './guard.ts';
import {locateBlockError} from './locate-error.ts';
import {excerptAt, faultAt, oneLine} from './script-fault.ts';
import type {Source} from './source.ts';
import {codePointIndex, complaintOf} from './sql-error.ts';

/** Where an unreadable text stands. */
interface Standing {
	readonly source: Source;
	readonly guard: Guard | null;
}

/** What PostgreSQL's parser says about the text at a byte offset. */
export function unparsableAt({source, guard}: Standing, offset: number, complaint: string): ScriptFault {
	const words = {
		text: excerptAt(source, offset, lastWritten(source.bytes, offset)),
		message: `PostgreSQL cannot read this: ${shortened(complaint)}.`,
		remedy: 'Mend the statement in the migration that it comes from, and generate the script again.',
	};
	return faultAt(source, offset, 'unparsable', words, guard);
}

/** Where the text before a line's first word ends, if it is not a finished statement: what lacks a semicolon ends there. */
function lastWritten(bytes: Buffer, offset: number): number {
	let at = offset - 1;
	while (at > 0 && (bytes[at] ?? 0) <= 0x20) at -= 1;
	const isUnfinished = at > 0 && bytes[at] !== 0x3b && bytes.subarray(at, offset).includes(0x0a);
	return isUnfinished ? at : offset;
}

/** Longest complaint that is told, in characters: those about an open quote repeat all that follows. */
const longestComplaint = 120;

function shortened(complaint: string): string {
	const characters = Array.from(oneLine(visibleText(complaint.slice(0, 4 * longestComplaint))));
	if (characters.length <= longestComplaint) return characters.join('');
	return `${characters.slice(0, longestComplaint).join('')}…`;
}

/**
 * A block whose body PL/pgSQL's parser refuses: PostgreSQL compiles it before it asks the guard, so it fails even when the
 * migration is applied. Throws what is no complaint of the parser.
 *
 * @param block The DO statement.
 */
export function unparsableBlock(error: unknown, block: BlockText, body: BlockText, at: Standing): ScriptFault {
	const message = bodyComplaint(error);
	const index = locateBlockError(body.text, message);
	const offset = index === null ? block.offsetAt(0) : body.offsetAt(index);
	return unparsableAt({...at, guard: at.guard ?? firstGuard(body.text)}, offset, message);
}

/** Errors of PL/pgSQL's parser are plain ones; anything else is a bug or an exhausted machine. */
function bodyComplaint(error: unknown): string {
	if (error instanceof Error && error.name === 'Error') return error.message;
	const complaint = complaintOf(error);
	if (complaint === null) throw error;
	return complaint.message;
}

/** EF's guard is the first condition of its block; where that is none, nobody knows. */
export function firstGuard(body: string): Guard | null {
	const condition = /\bIF\b(?<condition>.*?)\bTHEN\b/isu.exec(body)?.groups?.['condition'];
	if (condition === undefined) return null;
	try {
		return guardOf(condition);
	} catch (error) {
		if (complaintOf(error) === null) throw error;
		return null;
	}
}

/**
 * A statement of a block that PL/pgSQL let pass and the SQL parser refuses.
 *
 * @param text Where the statement stands, from `index` on.
 */
export function unparsableQuery(query: string, text: BlockText, index: number, at: Standing): ScriptFault {
	const complaint = complaintAbout(query);
	const inside = codePointIndex(query, complaint.position ?? 0);
	// PERFORM is handed over as SELECT, which is shorter by one.
	const shift = inside > 0 && /^PERFORM/iu.test(text.text.slice(index, index + 7)) ? 1 : 0;
	return unparsableAt(at, text.offsetAt(index + inside + shift), complaint.message);
}

function complaintAbout(query: string): {readonly message: string; readonly position: number | null} {
	try {
		parseSync(query);
	} catch (error) {
		const complaint = complaintOf(error);
		if (complaint !== null) return complaint;
		throw error;
	}
	return {message: 'there is no statement in it', position: null};
}
