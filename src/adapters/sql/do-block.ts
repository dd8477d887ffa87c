import {parseSync} from 'libpg-query';
import {innerBlockText, type BlockText} from './block-text.ts';
import {bodyCursor, findWord, locate, moveToLine, type BodyCursor} from './body-cursor.ts';
import {constantTextOf, selectedValue} from './constant-text.ts';
import {declarationsOf, type Declaration} from './declarations.ts';
import {efBlock} from './ef-block.ts';
import {
	addGuard,
	factsOf,
	knownGuard,
	leaf,
	nothing,
	parseOne,
	placeOf,
	statementTexts,
	type Leaves,
	type Standing,
	type StatementText,
} from './leaves.ts';
import {
	blocksBelow,
	dynamicQueryOf,
	isStatement,
	lineOf,
	nodeOf,
	nodesOf,
	parseRoutine,
	queryOf,
	variableNames,
	type PlFunction,
	type PlNode,
} from './plpgsql.ts';
import {languageOf} from './powers.ts';
import {complaintOf} from './sql-error.ts';
import {readFacts} from './statement-facts.ts';
import {fieldsOf, listOf, literalText, tagOf} from './tree.ts';
import {unparsableBlock, unparsableQuery} from './unparsable.ts';
import {valueFacts} from './value-facts.ts';
import {writtenSql} from './written-part.ts';

/** Adds the leaves of one statement: itself, or what its DO block holds. */
export function addStatement(statement: StatementText, at: Standing, leaves: Leaves): void {
	const {node, text} = statement;
	const block = fieldsOf(node, 'DoStmt');
	const language = block === null ? null : languageOf(node);
	if (block === null || language !== 'plpgsql') {
		const facts = factsOf(node, statement, leaves);
		const own = leaf(at, placeOf(at, statement, 0), text, facts);
		leaves.statements.push(language === null ? own : {...own, foreignLanguage: language});
		return;
	}
	const body = listOf(block.args, 'DefElem').find(({defname}) => defname === 'as');
	const inner = innerBlockText(
		statement,
		statement.indexOf(body?.location ?? 0),
		fieldsOf(body?.arg, 'String')?.sval ?? '',
	);
	if (addEfBlock(inner, at, leaves)) return;
	const routine = parseBlock(statement, inner, at, leaves);
	if (routine !== null) addBlock(routine, inner, {...at, inBlock: true}, leaves);
}

/** Adds what PL/pgSQL's tree would tell of a block in EF's own shape; false where it has another. */
function addEfBlock(body: BlockText, at: Standing, leaves: Leaves): boolean {
	const block = at.guard === null ? efBlock(body.text) : null;
	const guard = block === null ? null : knownGuard(block.condition, leaves);
	const node = block === null || guard === null ? null : parseOne(block.statement);
	if (block === null || guard === null || node === null || !handedOver.has(tagOf(node))) return false;
	addGuard(guard, placeOf(at, body, block.ifIndex), body, at, leaves);
	const facts = factsOf(node, writtenSql(block.statement, 0), leaves);
	const inside = {...at, inBlock: true, guard};
	leaves.statements.push(leaf(inside, placeOf(at, body, block.index), block.statement, facts));
	return true;
}

/** What the words that such a block's statement may begin with can make of it, routines left out. */
const handedOver: ReadonlySet<string> = new Set([
	'InsertStmt',
	'UpdateStmt',
	'DeleteStmt',
	'CreateStmt',
	'CreateSchemaStmt',
	'CreateSeqStmt',
	'CreateExtensionStmt',
	'IndexStmt',
	'AlterTableStmt',
	'AlterSeqStmt',
	'RenameStmt',
	'DropStmt',
	'CommentStmt',
]);

/** Null where the body is unparsable: a fault tells so, and the block holds no statements. */
function parseBlock(text: BlockText, body: BlockText, at: Standing, leaves: Leaves): PlFunction | null {
	try {
		return parseRoutine(text.text);
	} catch (error) {
		leaves.faults.push(unparsableBlock(error, text, body, at));
		return null;
	}
}

function addBlock(routine: PlFunction, body: BlockText, at: Standing, leaves: Leaves): void {
	const {action} = routine;
	const blocks = declares.test(body.text) ? declarationsOf(body.text) : [];
	const isSure = action === null || blocks.length === 0 || blocks.length === blocksBelow(action);
	const walk: Walk = {
		...bodyCursor(body),
		leaves,
		variables: variableNames(routine),
		declared: isSure ? blocks.values() : [].values(),
	};
	// Where nobody can say which block declares it, no guard of the body counts for it.
	addApart(isSure ? [] : blocks.flat(), at, walk);
	addUndeclared(routine, blocks.flat(), at, walk);
	if (action !== null) addNode(action, at, walk);
}

const declares = /\bDECLARE\b/iu;

/** A walk through one body. */
interface Walk extends BodyCursor {
	readonly leaves: Leaves;
	/** Names that mean a variable where they might mean a column. */
	readonly variables: ReadonlySet<string>;
	/** What each block declares that the walk has yet to come to. */
	readonly declared: Iterator<readonly Declaration[]>;
}

function addDeclarations(declarations: readonly Declaration[], at: Standing, walk: Walk): void {
	for (const {kind, index, text} of declarations) {
		walk.cursor = index;
		if (kind === 'question') addSql(text, at, walk, 'into');
		else addValue(text, at, walk);
	}
}

/** Declarations out of the body's order: the walk begins as if they had not been. */
function addApart(declarations: readonly Declaration[], at: Standing, walk: Walk): void {
	addDeclarations(declarations, at, walk);
	walk.cursor = 0;
}

/** What PL/pgSQL's parser tells of declarations, and the body's text did not. */
function addUndeclared({declarations}: PlFunction, known: readonly Declaration[], at: Standing, walk: Walk): void {
	const texts = new Set(known.map(({text}) => text));
	const left = declarations.flatMap(({fields}): readonly Declaration[] =>
		Object.values(fields).flatMap((value) => {
			const text = queryOf(value);
			if (text === null || texts.has(text)) return [];
			return [{kind: isStatement(value) ? 'question' : 'value', index: 0, text}];
		}),
	);
	addApart(left, at, walk);
}

function addNode(node: PlNode, at: Standing, walk: Walk): void {
	const line = lineOf(node.fields);
	if (node.tag === 'stmt_block' && line !== null) addDeclarations(walk.declared.next().value ?? [], at, walk);
	moveToLine(line, walk);
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
		if (query === null) continue;
		if (isStatement(value)) addSql(query, at, walk, 'into');
		else addExpression(node, key, query, at, walk);
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
	const asked = at.guard === null ? knownGuard(condition, walk.leaves) : null;
	const guard = asked === null || walk.variables.has(asked.column) ? null : asked;
	if (guard === null) addValue(condition, at, walk);
	else {
		addGuard(guard, place, walk.body, at, walk.leaves);
		locate(condition, walk);
	}
	const inside = guard === null ? under(at, `IF ${condition}`) : {...at, guard};
	for (const item of nodesOf(node.fields['then_body'])) addNode(item, inside, walk);
	for (const item of nodesOf(node.fields['elsif_list'])) addElseIf(item, at, walk);
	for (const item of nodesOf(node.fields['else_body'])) addNode(item, under(at, 'ELSE'), walk);
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
	if (key === dynamicQueryOf(node)) addDynamic(query, at, walk);
	else addValue(query, at, walk);
}

/** A value computed by calling functions can do what a statement can; others are of no interest. */
function addValue(query: string, at: Standing, walk: Walk): void {
	const facts = valueFacts(query);
	if (facts === null) {
		addUnreadable(query, at, walk);
		return;
	}
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
	const expression = selectedValue(value);
	const isOwn = walk.leaves.redefinesText === true;
	const literal = isOwn ? literalText(expression) : constantTextOf(expression);
	const offset = walk.body.offsetAt(walk.cursor);
	locate(query, walk);
	const inner = literal === null ? null : readLiteral(literal, offset, at, isOwn);
	if (inner === null) {
		const facts = value === null ? nothing : readFacts(value, writtenSql(query, 0));
		walk.leaves.statements.push(leaf(at, place, `EXECUTE ${query}`, {...facts, tag: 'DYNAMIC'}));
		return;
	}
	walk.leaves.statements.push(...inner.statements.map((statement) => ({...statement, place})));
	walk.leaves.guards.push(...inner.guards.map((guard) => ({...guard, place})));
	if (inner.redefinesText === true) walk.leaves.redefinesText = true;
}

/** Null where the text is not SQL: it fails only when it runs. */
function readLiteral(literal: string, offset: number, at: Standing, redefines: boolean): Leaves | null {
	const inner: Leaves = {
		statements: [],
		guards: [],
		faults: [],
		conditions: new Map(),
		redefinesText: redefines,
	};
	try {
		const statements = statementTexts(Buffer.from(literal, 'utf8'), parseSync(literal).stmts ?? [], () => offset);
		for (const statement of statements) addStatement(statement, at, inner);
		return inner.faults.length > 0 ? null : inner;
	} catch (error) {
		if (complaintOf(error) !== null || literal.trim() === '') return null;
		throw error;
	}
}

function addSql(query: string, at: Standing, walk: Walk, rows: 'bare' | 'into'): void {
	const node = parseOne(query);
	const {index, text} = locate(query, walk);
	if (node === null) {
		walk.leaves.faults.push(unparsableQuery(query, walk.body, index, at));
		return;
	}
	const sql = writtenSql(query, 0);
	if (fieldsOf(node, 'DoStmt') !== null) {
		const offsetAt = (inner: number): number => walk.body.offsetAt(index + inner);
		addStatement({...sql, node, tag: '', offsetAt}, at, walk.leaves);
		return;
	}
	const facts = factsOf(node, sql, walk.leaves);
	const resultDiscarded = rows === 'bare' && tagOf(node) === 'SelectStmt';
	const own = leaf(at, placeOf(at, walk.body, index), text, facts);
	walk.leaves.statements.push(resultDiscarded ? {...own, resultDiscarded} : own);
}

function addTransactionStep(step: 'commit' | 'rollback', at: Standing, walk: Walk): void {
	const word = step === 'commit' ? 'COMMIT' : 'ROLLBACK';
	const place = placeOf(at, walk.body, findWord(word, walk));
	walk.leaves.statements.push(leaf(at, place, word, {...nothing, tag: word, transactionStep: step}));
}
