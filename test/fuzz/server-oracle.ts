import type {Node} from 'libpg-query';
import {migrationOf} from '../../src/domain/script/ef-frame.ts';
import type {ScriptStatement} from '../../src/domain/script/parsed-script.ts';
import {pendingMigrations} from '../../src/domain/script/pending.ts';
import type {ReadScript} from '../../src/operations/ports/script-reader.ts';
import {routineBodies} from './routine-bodies.ts';
import {trace, tracingFunction} from './scratch-schema.ts';
import type {ServerStatement} from './scratch-server.ts';
import {statementsOf} from './sql-text.ts';
import {asHandedOver, isPartOf, shapeKey, shapeOf, type Shape} from './statement-shape.ts';

/** What the server ran and the review does not tell. */
export interface Unseen {
	/** `applied`: the review has it, but under a migration for which it says that nothing is left to do. */
	readonly kind: 'unseen' | 'applied';
	readonly text: string;
	readonly topLevel: boolean;
}

export interface OracleVerdict {
	readonly unseen: readonly Unseen[];
	/** Statements of blocks that a pending EXECUTE of unknown text may have run. */
	readonly dynamic: number;
}

/** Holds the server's list of what it ran against the review's list of what stands in the script. */
export function compareWithServer(
	read: Pick<ReadScript, 'script' | 'frame'>,
	appliedIds: readonly string[],
	ran: readonly ServerStatement[],
): OracleVerdict {
	const pending = new Set(pendingMigrations(read.frame, appliedIds).map(({id}) => id));
	const isLive = (statement: ScriptStatement): boolean => {
		const migration = migrationOf(statement, read.frame);
		return migration === null || pending.has(migration);
	};
	const live = knowledgeOf(read.script.statements.filter(isLive));
	const idle = knowledgeOf(read.script.statements.filter((statement) => !isLive(statement)));
	const unexplained = ran.filter((statement) => !isHarmless(statement) && !explains(live, statement));
	const inBlocks = live.dynamic ? unexplained.filter(({topLevel}) => !topLevel).length : 0;
	const unseen = unexplained
		.filter(({topLevel}) => topLevel || !live.dynamic)
		.map((statement): Unseen => ({...statement, kind: explains(idle, statement) ? 'applied' : 'unseen'}));
	return {unseen, dynamic: inBlocks};
}

/** What a list of reviewed statements may make the server run. */
interface Knowledge {
	readonly keys: ReadonlySet<string>;
	/** Statements that hold another one: the server tells the inner one, too. */
	readonly holders: readonly Shape[];
	readonly bodies: readonly Shape[];
	readonly dynamic: boolean;
	readonly callsTracing: boolean;
	readonly refreshesConcurrently: boolean;
}

function knowledgeOf(statements: readonly ScriptStatement[]): Knowledge {
	const texts = statements.map(({text, tag}) => ({text, tag, shape: shapeOf(text)}));
	const bodies = texts.flatMap(({text}) => routineBodies(text));
	return {
		keys: new Set(texts.flatMap(({shape, tag}) => keysOf(shape, tag))),
		holders: texts.filter(({tag}) => holderTags.has(tag)).map(({shape}) => shape),
		bodies,
		dynamic: statements.some(isDynamic) || bodies.some((body) => isDynamicBody(body)),
		callsTracing: texts.some(({shape}) => shape.includes(tracingFunction)) || bodies.some(callsTracingFunction),
		refreshesConcurrently: texts.some(({shape}) => shape.includes('refresh') && shape.includes('concurrently')),
	};
}

function callsTracingFunction(body: Shape): boolean {
	return body.includes(tracingFunction);
}

const holderTags: ReadonlySet<string> = new Set([
	'EXPLAIN',
	'DECLARE CURSOR',
	'PREPARE',
	'COPY',
	'CREATE TABLE AS',
	'SELECT',
	'CREATE MATERIALIZED VIEW',
	'REFRESH MATERIALIZED VIEW',
	'CREATE SCHEMA',
]);

function keysOf(shape: Shape, tag: string): readonly string[] {
	const dynamicText = tag === 'DYNAMIC' && shape[0] === 'execute' ? [shape.slice(1)] : [];
	return [shape, asHandedOver(shape), ...dynamicText].map(shapeKey);
}

/** EXECUTE of unknown text, and functions that run the text they are given. */
function isDynamic({tag, calls}: ScriptStatement): boolean {
	return tag === 'DYNAMIC' || calls.some((name) => /(?:^|\.)(?:query_to_xml\w*|ts_stat)$/u.test(name));
}

function isDynamicBody(body: Shape): boolean {
	return body.includes('execute') || body.includes('do');
}

function explains(known: Knowledge, {text, topLevel}: ServerStatement): boolean {
	const shape = shapeOf(text);
	const isKnown = (parts: readonly Shape[]): boolean => parts.every((part) => known.keys.has(shapeKey(part)));
	if (isKnown([shape]) || isKnown(statementsIn(shape))) return true;
	if (shapeKey(shape) === traceKey) return known.callsTracing;
	if (known.holders.some((holder) => isPartOf(shape, holder))) return true;
	if (topLevel) return false;
	if (known.refreshesConcurrently && /pg_temp/u.test(text)) return true;
	return known.bodies.some((body) => isPartOf(shape, body));
}

/** What a rule does is shown with the whole text that made it act, which may hold several statements. */
function statementsIn(shape: Shape): readonly Shape[] {
	const end = shape.indexOf(';');
	return end === -1 ? [shape] : [shape.slice(0, end), ...statementsIn(shape.slice(end + 1))];
}

const traceKey = shapeKey(shapeOf(trace));

/** What needs no review: blocks (what they hold is told by itself), the server's own checks, and plain reading. */
function isHarmless({text, topLevel}: ServerStatement): boolean {
	const node = singleStatement(text) ?? singleStatement(`SELECT ${text}`) ?? assignedValue(text);
	if (node === null) return false;
	if ('DoStmt' in node) return isPlpgsql(node);
	return !topLevel && (isForeignKeyCheck(text) || ('SelectStmt' in node && onlyReads(node)));
}

function singleStatement(sql: string): Node | null {
	const statements = statementsOf(sql);
	return statements?.length === 1 ? (statements[0] ?? null) : null;
}

/** The server shows the whole `v := value`. */
function assignedValue(text: string): Node | null {
	const value = /^[\w."[\]]+\s*:?=(?<value>.*)$/su.exec(text)?.groups?.['value'];
	return value === undefined ? null : singleStatement(`SELECT ${value}`);
}

function isPlpgsql(node: Node): boolean {
	const language = /"defname":"language","arg":\{"String":\{"sval":"(?<name>[^"]*)"/u.exec(JSON.stringify(node));
	return language === null || language.groups?.['name']?.toLowerCase() === 'plpgsql';
}

/** What the server asks itself about foreign keys (src/backend/utils/adt/ri_triggers.c). */
function isForeignKeyCheck(text: string): boolean {
	return /^SELECT (?:1|\$\d+) FROM (?:ONLY )?"[^;]* FOR KEY SHARE OF x$|^SELECT fk\."[^;]* FROM (?:ONLY )?"/su.test(
		text,
	);
}

/** No call, no write: nothing that a review would have to say anything about. Row locks are reading. */
function onlyReads(node: Node): boolean {
	return !/"(?:FuncCall|InsertStmt|UpdateStmt|DeleteStmt|MergeStmt|intoClause)"/u.test(JSON.stringify(node));
}
