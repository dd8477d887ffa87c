import {parseSync, type Node} from 'libpg-query';
import type {Guard} from '../../domain/script/parsed-script.ts';
import {selectedValue} from './constant-text.ts';
import {offsetsOf} from './offsets.ts';
import {complaintOf} from './sql-error.ts';
import {equalityOf} from './statement-facts.ts';
import {fieldsOf, listOf, tableOfRange} from './tree.ts';

/**
 * EF's guard in the condition of an IF: `[NOT] EXISTS(SELECT 1 FROM <table> WHERE "<column>" = '<id>')`, and nothing
 * more than that. Conditions on the system's own catalogs are none: EF asks those before it creates a schema.
 */
export function guardOf(condition: string): Guard | null {
	const target = selectedValue(parsed(`SELECT ${condition}`));
	const negation = fieldsOf(target, 'BoolExpr');
	const exists = negation?.boolop === 'NOT_EXPR' ? negation.args?.[0] : target;
	const link = fieldsOf(exists, 'SubLink');
	if (link?.subLinkType !== 'EXISTS_SUBLINK') return null;
	return guardOfSelect(link.subselect, condition, negation !== null);
}

/** Null where it is not SQL, or more than one statement. */
function parsed(sql: string): Node | null {
	try {
		const {stmts = []} = parseSync(sql);
		return stmts.length === 1 ? (stmts[0]?.stmt ?? null) : null;
	} catch (error) {
		if (complaintOf(error) === null) throw error;
		return null;
	}
}

/** Fields of the tree that EF's guard has; any other (LIMIT, GROUP BY, UNION …) makes it another question. */
const plainFields: ReadonlySet<string> = new Set(['targetList', 'fromClause', 'whereClause', 'limitOption', 'op']);

/** What the tree has of a table that is named and nothing more. */
const plainTable: ReadonlySet<string> = new Set(['schemaname', 'relname', 'inh', 'relpersistence', 'location']);

function guardOfSelect(node: Node | undefined, condition: string, negated: boolean): Guard | null {
	const select = fieldsOf(node, 'SelectStmt');
	if (select === null || Object.keys(select).some((key) => !plainFields.has(key))) return null;
	const [range] = listOf(select.fromClause, 'RangeVar');
	const asksOne = fieldsOf(listOf(select.targetList, 'ResTarget')[0]?.val, 'A_Const') !== null;
	if (!asksOne || select.targetList?.length !== 1) return null;
	const comparison = equalityOf(select.whereClause);
	if (range === undefined || select.fromClause?.length !== 1 || comparison === null) return null;
	// Another alias, or columns under other names, and nobody can say what is compared.
	if (range.inh !== true || Object.keys(range).some((key) => !plainTable.has(key))) return null;
	// PL/pgSQL's own variable may be meant (#variable_conflict).
	if (comparison.column === 'found') return null;
	const table = tableOfRange(range);
	if (table.schema === 'pg_catalog' || table.schema === 'information_schema' || table.name.startsWith('pg_')) {
		return null;
	}
	return {
		tableText: tableTextAt(condition, (range.location ?? 0) - 'SELECT '.length),
		table,
		column: comparison.column,
		id: comparison.value,
		negated,
	};
}

/** The name as written at a byte offset: quoted or plain parts with dots between them. */
function tableTextAt(condition: string, offset: number): string {
	return writtenName.exec(condition.slice(offsetsOf(condition).indexAt(offset)))?.[0] ?? '';
}

const namePart = String.raw`(?:"(?:[^"]|"")+"|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*)`;
const writtenName = new RegExp(String.raw`^${namePart}(?:\s*\.\s*${namePart})*`, 'u');
