import {parseSync, type Node, type RawStmt} from 'libpg-query';
import type {Place} from '../../domain/review/finding.ts';
import type {Guard, PlacedGuard, ScriptStatement} from '../../domain/script/parsed-script.ts';
import {innerBlockText, type BlockText} from './block-text.ts';
import {findWord, locate, moveToLine, type BodyCursor} from './body-cursor.ts';
import {guardOf} from './guard.ts';
import {locateBlockError} from './locate-error.ts';
import {lineOf, nodeOf, nodesOf, parseRoutine, queryOf, type PlFunction, type PlNode} from './plpgsql.ts';
import {languageOf} from './powers.ts';
import {routineFacts} from './routine-body.ts';
import {byteLength, placeAt, type Source} from './source.ts';
import {complaintOf, ScriptSyntaxError} from './sql-error.ts';
import {readFacts, type StatementFacts} from './statement-facts.ts';
import {fieldsOf, listOf, literalText, tagOf} from './tree.ts';

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
	/** Conditions read so far: EF repeats a migration's guard for each of its commands. */
	readonly conditions: Map<string, Guard | null>;
}

/** A statement and the text it was parsed from. */
export interface StatementText extends BlockText {
	readonly node: Node;
	/** The whole text that was parsed, up to the statement's end: the tree's locations are bytes in it. */
	readonly parsed: Buffer;
	/** Byte at which the statement begins there. */
	readonly start: number;
}

/** Adds the leaves of one statement: itself, or what its DO block holds. */
export function addStatement(statement: StatementText, at: Standing, leaves: Leaves): void {
	const {node, text, parsed, start} = statement;
	const block = fieldsOf(node, 'DoStmt');
	const language = block === null ? null : languageOf(node);
	if (block === null || language !== 'plpgsql') {
		const facts = routineFacts(node, text, readFacts(node, parsed));
		leaves.statements.push({...leaf(at, placeOf(at, statement, 0), text, facts), foreignLanguage: language});
		return;
	}
	const body = listOf(block.args, 'DefElem').find(({defname}) => defname === 'as');
	const index = parsed.toString('utf8', start, body?.location ?? start).length;
	const inner = innerBlockText(statement, index, fieldsOf(body?.arg, 'String')?.sval ?? '');
	addBlock(parseBlock(statement, inner, at), inner, {...at, inBlock: true}, leaves);
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
		const text = parsed.toString('utf8', start, end);
		const offsetAt = (index: number): number => offsetOf(start + byteLength(text.slice(0, index)));
		return [{node: raw.stmt, text, tag: '', offsetAt, parsed: parsed.subarray(0, end), start}];
	});
}

function parseBlock(text: BlockText, body: BlockText, at: Standing): PlFunction {
	try {
		return parseRoutine(text.text);
	} catch (error) {
		const message = bodyComplaint(error);
		const index = locateBlockError(body.text, message);
		throw new ScriptSyntaxError(message, placeOf(at, index === null ? text : body, index ?? 0));
	}
}

/** Errors of PL/pgSQL's parser are plain ones; anything else is a bug or an exhausted machine. */
function bodyComplaint(error: unknown): string {
	if (error instanceof Error && error.name === 'Error') return error.message;
	const complaint = complaintOf(error);
	if (complaint === null) throw error;
	return complaint.message;
}

function addBlock(routine: PlFunction, body: BlockText, at: Standing, leaves: Leaves): void {
	const walk: Walk = {body, leaves, cursor: 0};
	for (const declaration of routine.declarations) addParts(declaration, at, walk);
	if (routine.action !== null) addNode(routine.action, at, walk);
}

/** A walk through one body. */
interface Walk extends BodyCursor {
	readonly leaves: Leaves;
}

function addNode(node: PlNode, at: Standing, walk: Walk): void {
	moveToLine(lineOf(node.fields), walk);
	switch (node.tag) {
		case 'stmt_if':
			addIf(node, at, walk);
			return;
		case 'stmt_execsql':
			addSql(queryOf(node.fields['sqlstmt']) ?? '', at, walk, node.fields['into'] === true ? 'into' : 'bare');
			return;
		case 'stmt_perform':
		case 'stmt_call':
			addSql(queryOf(node.fields['expr']) ?? '', at, walk, 'into');
			return;
		case 'stmt_commit':
		case 'stmt_rollback':
			addTransactionStep(node.tag === 'stmt_commit' ? 'commit' : 'rollback', at, walk);
			return;
		default:
			addParts(node, at, walk);
	}
}

/** Expressions first, then the lists below, with what decides whether they run. */
function addParts(node: PlNode, at: Standing, walk: Walk): void {
	const entries = Object.entries(node.fields);
	for (const [key, value] of entries) {
		const query = queryOf(value);
		if (query !== null) addExpression(node, key, query, at, walk);
	}
	for (const [, value] of entries) {
		if (queryOf(value) !== null) continue;
		const below = Array.isArray(value) ? nodesOf(value) : [nodeOf(value)].filter((item) => item !== null);
		const inside = {...at, conditions: [...at.conditions, ...conditionOf(node.tag)]};
		for (const item of below) {
			if (item.tag === 'expr') addExpression(node, 'params', queryOf({PLpgSQL_expr: item.fields}) ?? '', at, walk);
			else if (item.tag !== 'rec' && item.tag !== 'var' && item.tag !== 'row') addNode(item, inside, walk);
		}
	}
}

function conditionOf(tag: string): readonly string[] {
	switch (tag) {
		case 'stmt_loop':
		case 'stmt_while':
		case 'stmt_fori':
		case 'stmt_fors':
		case 'stmt_forc':
		case 'stmt_foreach_a':
		case 'stmt_dynfors':
			return ['LOOP'];
		case 'stmt_case':
			return ['CASE'];
		case 'exception':
			return ['EXCEPTION'];
		default:
			return [];
	}
}

function addIf(node: PlNode, at: Standing, walk: Walk): void {
	const condition = queryOf(node.fields['cond']) ?? '';
	const place = placeOf(at, walk.body, findWord('IF', walk));
	const guard = at.guard === null ? knownGuard(condition, walk.leaves) : null;
	if (guard !== null) {
		walk.leaves.guards.push({
			...guard,
			place,
			blockTag: walk.body.tag,
			topLevel: at.topLevel,
			transaction: at.transaction,
		});
	} else {
		addValue(condition, at, walk);
	}
	const inside = guard === null ? under(at, `IF ${condition}`) : {...at, guard};
	for (const item of nodesOf(node.fields['then_body'])) addNode(item, inside, walk);
	for (const item of nodesOf(node.fields['elsif_list'])) addElseIf(item, at, walk);
	for (const item of nodesOf(node.fields['else_body'])) addNode(item, under(at, 'ELSE'), walk);
}

function knownGuard(condition: string, {conditions}: Leaves): Guard | null {
	const known = conditions.get(condition);
	if (known !== undefined) return known;
	const guard = guardOf(condition);
	conditions.set(condition, guard);
	return guard;
}

function addElseIf(node: PlNode, at: Standing, walk: Walk): void {
	const condition = queryOf(node.fields['cond']) ?? '';
	addValue(condition, at, walk);
	for (const item of nodesOf(node.fields['stmts'])) addNode(item, under(at, `ELSIF ${condition}`), walk);
}

function under(at: Standing, condition: string): Standing {
	return {...at, conditions: [...at.conditions, condition]};
}

function addExpression(node: PlNode, key: string, query: string, at: Standing, walk: Walk): void {
	const isDynamic =
		key === 'dynquery' || (key === 'query' && (node.tag === 'stmt_dynexecute' || node.tag === 'stmt_dynfors'));
	if (isDynamic) addDynamic(query, at, walk);
	else if (/^(?:SELECT|WITH|INSERT|UPDATE|DELETE|MERGE|VALUES|TABLE)\b/iu.test(query) && key !== 'expr') {
		addSql(query, at, walk, 'into');
	} else addValue(query, at, walk);
}

/** A value computed by calling functions can do what a statement can; others are of no interest. */
function addValue(query: string, at: Standing, walk: Walk): void {
	const node = parseOne(`SELECT ${query}`) ?? parseOne(`SELECT ${query.replace(/^[^'(]*?:?=(?!=)/u, '')}`);
	if (node === null) {
		addUnreadable(query, at, walk);
		return;
	}
	const facts = readFacts(node, Buffer.from(query));
	if (facts.calls.length === 0 && facts.changes.length === 0) return;
	const {index} = locate(query, walk);
	walk.leaves.statements.push(leaf(at, placeOf(at, walk.body, index), query, {...facts, tag: 'EXPRESSION'}));
}

/** What PL/pgSQL accepts and this parser does not: nothing may drop out of the review unseen. */
function addUnreadable(query: string, at: Standing, walk: Walk): void {
	const {index} = locate(query, walk);
	walk.leaves.statements.push(leaf(at, placeOf(at, walk.body, index), query, {...nothing, tag: 'DYNAMIC'}));
}

/** EXECUTE of a literal is read like any statement; of anything else only the server will know what it says. */
function addDynamic(query: string, at: Standing, walk: Walk): void {
	const place = placeOf(at, walk.body, findWord('EXECUTE', walk));
	const value = parseOne(`SELECT ${query}`);
	const literal = literalText(listOf(fieldsOf(value ?? undefined, 'SelectStmt')?.targetList, 'ResTarget')[0]?.val);
	const offset = walk.body.offsetAt(walk.cursor);
	const inner = literal === null ? null : readLiteral(literal, offset, at);
	if (inner === null) {
		const facts = value === null ? nothing : readFacts(value, Buffer.from(query));
		walk.leaves.statements.push(leaf(at, place, `EXECUTE ${query}`, {...facts, tag: 'DYNAMIC'}));
		return;
	}
	walk.leaves.statements.push(...inner.statements.map((statement) => ({...statement, place})));
	walk.leaves.guards.push(...inner.guards.map((guard) => ({...guard, place})));
}

/** Null where the text is not SQL: it fails only when it runs. */
function readLiteral(literal: string, offset: number, at: Standing): Leaves | null {
	const inner: Leaves = {statements: [], guards: [], conditions: new Map()};
	try {
		const statements = statementTexts(Buffer.from(literal, 'utf8'), parseSync(literal).stmts ?? [], () => offset);
		for (const statement of statements) addStatement(statement, at, inner);
		return inner;
	} catch (error) {
		if (error instanceof ScriptSyntaxError || complaintOf(error) !== null || literal.trim() === '') return null;
		throw error;
	}
}

function addSql(query: string, at: Standing, walk: Walk, rows: 'bare' | 'into'): void {
	const node = parseOne(query);
	if (node === null) {
		addUnreadable(query, at, walk);
		return;
	}
	const {index, text} = locate(query, walk);
	if (fieldsOf(node, 'DoStmt') !== null) {
		const offsetAt = (inner: number): number => walk.body.offsetAt(index + inner);
		addStatement({node, text: query, tag: '', offsetAt, parsed: Buffer.from(query), start: 0}, at, walk.leaves);
		return;
	}
	const facts = routineFacts(node, query, readFacts(node, Buffer.from(query)));
	const resultDiscarded = rows === 'bare' && tagOf(node) === 'SelectStmt';
	walk.leaves.statements.push({...leaf(at, placeOf(at, walk.body, index), text, facts), resultDiscarded});
}

function parseOne(sql: string): Node | null {
	try {
		return parseSync(sql).stmts?.[0]?.stmt ?? null;
	} catch (error) {
		if (complaintOf(error) === null) throw error;
		return null;
	}
}

function addTransactionStep(step: 'commit' | 'rollback', at: Standing, walk: Walk): void {
	const word = step.toUpperCase();
	const place = placeOf(at, walk.body, findWord(word, walk));
	walk.leaves.statements.push(leaf(at, place, word, {...nothing, tag: word, transactionStep: step}));
}

const nothing: StatementFacts = {
	tag: '',
	transactionStep: null,
	changes: [],
	historyWrite: null,
	calls: [],
	settings: [],
	powers: [],
	topLevelOnly: false,
};

function leaf(at: Standing, place: Place, text: string, facts: StatementFacts): ScriptStatement {
	return {
		...facts,
		place,
		text: text.trim(),
		topLevel: at.topLevel,
		inBlock: at.inBlock,
		foreignLanguage: null,
		guard: at.guard,
		conditions: at.conditions,
		transaction: at.transaction,
		resultDiscarded: false,
	};
}

function placeOf(at: Standing, text: BlockText, index: number): Place {
	return placeAt(at.source, text.offsetAt(index));
}
