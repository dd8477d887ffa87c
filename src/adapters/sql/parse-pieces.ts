import {parseSync, type RawStmt} from 'libpg-query';
import type {ByteRange} from './psql-scan.ts';
import {byteLength} from './source.ts';
import {codePointIndex, complaintOf} from './sql-error.ts';

/** A part of the file that the parser could read. */
export interface ParsedPiece {
	/** Byte at which it begins in the file. */
	readonly start: number;
	readonly parsed: Buffer;
	readonly raws: readonly RawStmt[];
}

/** A place where it could not. */
export interface Complaint {
	/** Byte offset in the file. */
	readonly offset: number;
	readonly message: string;
	/** The statement that holds it. */
	readonly statement: ByteRange;
}

export interface ParsedPieces {
	readonly pieces: readonly ParsedPiece[];
	readonly complaints: readonly Complaint[];
}

/** A file with more errors than this is no script: its rest is left unread. */
export const toldComplaints = 20;

/**
 * PostgreSQL's parser gives up at the first error. psql sends one statement after the other, so what stands before and
 * behind the one that holds the error is read all the same. Each part is parsed twice at most.
 *
 * @param ends Offsets of the semicolons at which psql ends its statements.
 */
export function parsePieces(bytes: Buffer, ends: readonly number[]): ParsedPieces {
	const pieces: ParsedPiece[] = [];
	const complaints: Complaint[] = [];
	let from = 0;
	while (from < bytes.length) {
		const rest = parsePiece(bytes, from, bytes.length);
		if ('raws' in rest) {
			pieces.push(rest);
			break;
		}
		const index = firstAtOrAfter(ends, rest.offset);
		const start = Math.max(from, (ends[index - 1] ?? -1) + 1);
		const end = (ends[index] ?? bytes.length - 1) + 1;
		const before = parsePiece(bytes, from, start);
		if ('raws' in before) pieces.push(before);
		else complaints.push({...before, statement: {start: from, end: start}});
		complaints.push({...rest, statement: {start, end}});
		if (complaints.length > toldComplaints) break;
		from = end;
	}
	return {pieces, complaints};
}

function parsePiece(bytes: Buffer, start: number, end: number): ParsedPiece | Omit<Complaint, 'statement'> {
	const parsed = bytes.subarray(start, end);
	const text = parsed.toString('utf8');
	// The parser takes an empty text for a mistake of its caller.
	if (text.trim() === '') return {start, parsed, raws: []};
	try {
		return {start, parsed, raws: parseSync(text).stmts ?? []};
	} catch (error) {
		const complaint = complaintOf(error);
		if (complaint === null) throw error;
		const index = codePointIndex(text, complaint.position ?? 0);
		return {offset: start + byteLength(text.slice(0, index)), message: complaint.message};
	}
}

/** Index of the first of the sorted numbers that is not below a value. */
export function firstAtOrAfter(sorted: readonly number[], value: number): number {
	let low = 0;
	let high = sorted.length;
	while (low < high) {
		const middle = Math.floor((low + high) / 2);
		if ((sorted[middle] ?? 0) < value) low = middle + 1;
		else high = middle;
	}
	return low;
}
