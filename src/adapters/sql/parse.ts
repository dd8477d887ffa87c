import type {Node} from 'libpg-query';
import type {Place} from '../../domain/review/finding.ts';
import type {Guard, ParsedScript, PlacedGuard, ScriptFault} from '../../domain/script/parsed-script.ts';
import {blanked, withoutNul, type Replacement} from './blanked.ts';
import type {DecodedScript} from './decode.ts';
import {addStatement} from './do-block.ts';
import {hiddenFaults} from './hidden-characters.ts';
import {statementTexts, type Leaves} from './leaves.ts';
import {parsePieces, toldComplaints, type Complaint, type ParsedPieces} from './parse-pieces.ts';
import {lexerFaults, nulFaults, readingFaults} from './parser-differentials.ts';
import {psqlFaults} from './psql-commands.ts';
import {scanPsql, type ByteRange, type PsqlScan} from './psql-scan.ts';
import {comparePlaces, orderedFaults} from './script-fault.ts';
import {placeAt, type Source} from './source.ts';
import {transactionStep} from './statement-facts.ts';
import {fieldsOf} from './tree.ts';
import {firstGuard, unparsableAt} from './unparsable.ts';

/** Text → statements, taken out of their DO blocks, and all that makes the text unsafe or unreadable. */
export function parseScript(decoded: DecodedScript): ParsedScript {
	const {source, sha256, byteLength: size, bom, lineEnding} = decoded;
	const given = withoutNul(source.bytes);
	const raw = given.toString('latin1');
	const scan = scanPsql(raw);
	const bytes = blanked(given, replacementsOf(scan));
	const parsed = parsePieces(bytes, [...scan.ends, ...scan.openEnds]);
	const leaves: Leaves = {statements: [], guards: [], faults: [], conditions: new Map()};
	const ranges = addLeaves(parsed, source, leaves);
	const {statements, guards} = leaves;
	const inBytes = [...nulFaults(source), ...hiddenFaults(source, bytes === given ? raw : bytes.toString('latin1'))];
	const faults = [
		...psqlFaults(scan.found, source),
		...lexerFaults(parsed.complaints.length === 0 ? scan : withOpenEnds(scan), ranges, source),
		...readingFaults(statements, source),
		...parsed.complaints.map((complaint, index) => complaintFault(complaint, index, source)),
		...leaves.faults,
		...inBytes.map((fault) => ({...fault, guard: guardAround(fault.place, guards, ranges, source)})),
	];
	return {sha256, byteLength: size, bom, lineEnding, faults: orderedFaults(faults), statements, guards};
}

function replacementsOf({found, copyData}: PsqlScan): readonly Replacement[] {
	return [...found, ...copyData.map((range) => ({...range, instead: ''}))];
}

/** Behind an error, statements are told apart by every semicolon, also those that psql would send together. */
function withOpenEnds(scan: PsqlScan): PsqlScan {
	return {...scan, joints: [...scan.joints, ...scan.openEnds]};
}

/** Adds what the file's statements hold; tells where each of these lies. */
function addLeaves({pieces}: ParsedPieces, source: Source, leaves: Leaves): readonly ByteRange[] {
	const ranges: ByteRange[] = [];
	let open: OpenTransaction = {current: null, next: 0};
	for (const {start, parsed, raws} of pieces) {
		for (const statement of statementTexts(parsed, raws, (byte) => start + byte)) {
			const step = transactionStep(statement.node);
			if (step === 'begin') open = begin(open);
			const topLevel = ranges.length;
			ranges.push({start: statement.offsetAt(0), end: statement.offsetAt(statement.text.length)});
			const standing = {source, topLevel, transaction: open.current, inBlock: false, guard: null, conditions: []};
			addStatement(statement, standing, leaves);
			if (step === 'commit' || step === 'rollback' || step === 'two-phase') open = end(open, statement.node);
		}
	}
	return ranges;
}

function complaintFault({offset, message, statement}: Complaint, index: number, source: Source): ScriptFault {
	const text = source.bytes.toString('utf8', statement.start, Math.min(statement.end, statement.start + guardBytes));
	const guard = /^\s*DO\b/iu.test(text) ? firstGuard(text) : null;
	const fault = unparsableAt({source, guard}, offset, message);
	if (index < toldComplaints) return fault;
	return {...fault, message: `From here on the script was not read, for it holds too many errors. ${fault.message}`};
}

/** A block that is cut off may still show its guard, within so many bytes. */
const guardBytes = 2000;

/** The last guard before the place within the same statement of the file. */
function guardAround(
	place: Place,
	guards: readonly PlacedGuard[],
	ranges: readonly ByteRange[],
	source: Source,
): Guard | null {
	const last = guards.findLast((guard) => comparePlaces(guard.place, place) <= 0);
	const range = last === undefined ? undefined : ranges[last.topLevel];
	if (last === undefined || range === undefined) return null;
	if (comparePlaces(place, placeAt(source, range.end)) > 0) return null;
	const {tableText, table, column, id, negated} = last;
	return {tableText, table, column, id, negated};
}

/** Explicit transactions, numbered from 0 in the order of the file. */
interface OpenTransaction {
	readonly current: number | null;
	readonly next: number;
}

function begin(open: OpenTransaction): OpenTransaction {
	return open.current === null ? {current: open.next, next: open.next + 1} : open;
}

function end(open: OpenTransaction, node: Node): OpenTransaction {
	const closed = {current: null, next: open.next};
	return fieldsOf(node, 'TransactionStmt')?.chain === true ? begin(closed) : closed;
}
