import {parseSync, type Node, type RawStmt} from 'libpg-query';
import type {ParsedScript} from '../../domain/script/parsed-script.ts';
import type {DecodedScript} from './decode.ts';
import {addStatement, statementTexts, type Leaves} from './do-block.ts';
import {byteLength, placeAt, type Source} from './source.ts';
import {codePointIndex, complaintOf, ScriptSyntaxError} from './sql-error.ts';
import {fieldsOf} from './tree.ts';
import {transactionStep} from './statement-facts.ts';

/** Text → statements, taken out of their DO blocks. Throws ScriptSyntaxError. */
export function parseScript(decoded: DecodedScript): ParsedScript {
	const {source, sha256, byteLength: size, bom, lineEnding} = decoded;
	const leaves: Leaves = {statements: [], guards: [], conditions: new Map()};
	let open: OpenTransaction = {current: null, next: 0};
	const statements = statementTexts(source.bytes, parseTopLevel(source), (byte) => byte);
	for (const [topLevel, statement] of statements.entries()) {
		const step = transactionStep(statement.node);
		if (step === 'begin') open = begin(open);
		const standing = {source, topLevel, transaction: open.current, inBlock: false, guard: null, conditions: []};
		addStatement(statement, standing, leaves);
		if (step === 'commit' || step === 'rollback' || step === 'two-phase') open = end(open, statement.node);
	}
	return {sha256, byteLength: size, bom, lineEnding, statements: leaves.statements, guards: leaves.guards};
}

function parseTopLevel(source: Source): readonly RawStmt[] {
	try {
		return parseSync(source.text).stmts ?? [];
	} catch (error) {
		const complaint = complaintOf(error);
		if (complaint === null) throw error;
		const index = codePointIndex(source.text, complaint.position ?? 0);
		throw new ScriptSyntaxError(complaint.message, placeAt(source, byteLength(source.text.slice(0, index))));
	}
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
