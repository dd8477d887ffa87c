import {parseSync, type Node, type RawStmt} from 'libpg-query';
import type {Place} from '../../domain/review/finding.ts';
import type {Guard, PlacedGuard, ScriptFault, ScriptStatement} from '../../domain/script/parsed-script.ts';
import type {BlockText} from './block-text.ts';
import {redefinesText} from './constant-text.ts';
import {guardOf} from './guard.ts';
import {routineFacts} from './routine-body.ts';
import {placeAt, type Source} from './source.ts';
import {complaintOf} from './sql-error.ts';
import {readFacts, storedSettings, type StatementFacts} from './statement-facts.ts';
import {writtenSql, type WrittenSql} from './written-part.ts';

/** Where a leaf stands: what all leaves of one top-level statement share, and what the way down to it adds. */
export interface Standing {
	readonly source: Source;
	readonly topLevel: number;
	readonly transaction: number | null;
	readonly inBlock: boolean;
	readonly guard: Guard | null;
	readonly conditions: readonly string[];
}

export interface Leaves {
	readonly statements: ScriptStatement[];
	readonly guards: PlacedGuard[];
	/** Blocks and statements that no parser can read. */
	readonly faults: ScriptFault[];
	/** Conditions read so far: EF repeats a migration's guard for each of its commands. */
	readonly conditions: Map<string, Guard | null>;
	/** A statement read so far may have brought another `format` or `||` than PostgreSQL's own. */
	redefinesText?: boolean;
}

/** A statement and where its text lies in the file. */
export interface StatementText extends BlockText, WrittenSql {
	readonly node: Node;
}

/** The statements of a parsed text that lies in the file from byte `offsetOf(0)` on. */
export function statementTexts(
	parsed: Buffer,
	raws: readonly RawStmt[],
	offsetOf: (byte: number) => number,
): readonly StatementText[] {
	return raws.flatMap((raw) => {
		if (raw.stmt === undefined) return [];
		const start = raw.stmt_location ?? 0;
		// A statement without length goes on to the end of the text.
		const end = raw.stmt_len === undefined ? parsed.length : start + raw.stmt_len;
		const sql = writtenSql(parsed.toString('utf8', start, end), start);
		return [{...sql, node: raw.stmt, tag: '', offsetAt: (index) => offsetOf(sql.locationAt(index))}];
	});
}

/** Facts of a statement as it will run, routines looked into. */
export function factsOf(node: Node, sql: WrittenSql, leaves: Leaves): StatementFacts {
	const stored = storedSettings(node);
	const facts = routineFacts(node, sql.text, readFacts(node, sql));
	// What is kept for later sessions, or holds only inside of a routine, leaves this session's search path alone.
	if (redefinesText(node, facts.settings.slice(stored.length))) leaves.redefinesText = true;
	return facts;
}

export function addGuard(guard: Guard, place: Place, body: BlockText, at: Standing, {guards}: Leaves): void {
	const {tableText, table, column, id, negated} = guard;
	const {topLevel, transaction} = at;
	guards.push({tableText, table, column, id, negated, place, blockTag: body.tag, topLevel, transaction});
}

/** The condition's guard; null where it is none. */
export function knownGuard(condition: string, {conditions}: Leaves): Guard | null {
	const known = conditions.get(condition);
	if (known !== undefined) return known;
	const guard = guardOf(condition);
	conditions.set(condition, guard);
	return guard;
}

/** Null where it is not SQL. */
export function parseOne(sql: string): Node | null {
	try {
		return parseSync(sql).stmts?.[0]?.stmt ?? null;
	} catch (error) {
		if (complaintOf(error) === null) throw error;
		return null;
	}
}

/** Of what has no tree to be read. */
export const nothing: StatementFacts = {
	tag: '',
	transactionStep: null,
	changes: [],
	historyWrite: null,
	calls: [],
	settings: [],
	powers: [],
	topLevelOnly: false,
	cascade: false,
	dynamicInBody: false,
	writtenInBody: [],
};

/** Written out, for it is made once for each statement: a copy of the facts takes several times as long. */
export function leaf(at: Standing, place: Place, text: string, facts: StatementFacts): ScriptStatement {
	return {
		place,
		text: text.trim(),
		tag: facts.tag,
		topLevel: at.topLevel,
		inBlock: at.inBlock,
		foreignLanguage: null,
		guard: at.guard,
		conditions: at.conditions,
		transaction: at.transaction,
		transactionStep: facts.transactionStep,
		changes: facts.changes,
		historyWrite: facts.historyWrite,
		calls: facts.calls,
		settings: facts.settings,
		powers: facts.powers,
		resultDiscarded: false,
		topLevelOnly: facts.topLevelOnly,
		cascade: facts.cascade,
		dynamicInBody: facts.dynamicInBody,
		writtenInBody: facts.writtenInBody,
	};
}

export function placeOf(at: Standing, text: BlockText, index: number): Place {
	return placeAt(at.source, text.offsetAt(index));
}
