import {identifierText, tableText, type AddConstraint, type ConstraintDefinition} from '../script/schema-change.ts';
import type {TableName} from '../script/table-name.ts';

/** Its name, or the one that PostgreSQL would choose (documentation, CREATE TABLE: `table_columns_kind`). */
export function constraintName(table: TableName, {name, columns, constraint}: ConstraintDefinition): string {
	if (name !== null) return name;
	if (constraint === 'primary-key') return `${table.name}_pkey`;
	return [table.name, ...columns, nameEndings[constraint]].join('_');
}

const nameEndings = {
	unique: 'key',
	'foreign-key': 'fkey',
	check: 'check',
	exclude: 'excl',
	'not-null': 'not_null',
} as const;

/** The statement that adds it without looking at the rows that are there. */
export function notValidSql(change: AddConstraint, statement: string, isOnlyChange: boolean): string {
	const text = oneLine(statement);
	const isWholeStatement = isOnlyChange && /^\s*ALTER\s+TABLE\b/iu.test(text);
	if (isWholeStatement) return `${text} NOT VALID;`;
	const definition = definitionOf(change);
	return `ALTER TABLE ${tableText(change.table)} ADD CONSTRAINT ${identifierText(constraintName(change.table, change))} ${definition} NOT VALID;`;
}

export function validateSql(change: AddConstraint): string {
	return `ALTER TABLE ${tableText(change.table)} VALIDATE CONSTRAINT ${identifierText(constraintName(change.table, change))};`;
}

function definitionOf({constraint, columns, references}: AddConstraint): string {
	const list = columnList(columns);
	if (constraint === 'foreign-key') return `FOREIGN KEY (${list}) REFERENCES ${tableText(references ?? unknownTable)}`;
	return constraint === 'not-null' ? `NOT NULL ${list}` : 'CHECK (…)';
}

const unknownTable = {schema: null, name: '…'};

export function columnList(columns: readonly (string | null)[]): string {
	return columns.map((column) => (column === null ? '(…)' : identifierText(column))).join(', ');
}

/** Without its semicolon, and on one line where no comment or quoted body makes lines matter. */
export function oneLine(statement: string): string {
	const text = statement.replace(/[\s;]+$/u, '').trim();
	if (/--|\/\*|\$/u.test(text)) return text;
	return text.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"|\s+/gu, (part) => (/^\s/u.test(part) ? ' ' : part));
}
