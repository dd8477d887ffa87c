import type {Node} from 'libpg-query';
import {fieldsOf, tagOf, type Fields} from './tree.ts';

/** The statement's command as a person would name it: `CREATE TABLE`, `ALTER TYPE`. */
export function commandTag(node: Node): string {
	const tag = tagOf(node);
	const objectType =
		fieldsOf(node, 'DropStmt')?.removeType ??
		renamedType(fieldsOf(node, 'RenameStmt')) ??
		fieldsOf(node, 'AlterObjectSchemaStmt')?.objectType ??
		fieldsOf(node, 'AlterOwnerStmt')?.objectType ??
		fieldsOf(node, 'AlterTableStmt')?.objtype;
	if (objectType !== undefined) return `${tag === 'DropStmt' ? 'DROP' : 'ALTER'} ${objectText(objectType)}`;
	const defined = fieldsOf(node, 'DefineStmt')?.kind;
	if (defined !== undefined) return `CREATE ${objectText(defined)}`;
	if (fieldsOf(node, 'CreateTableAsStmt')?.objtype === 'OBJECT_MATVIEW') return 'CREATE MATERIALIZED VIEW';
	if (fieldsOf(node, 'CreateFunctionStmt')?.is_procedure === true) return 'CREATE PROCEDURE';
	const transaction = fieldsOf(node, 'TransactionStmt')?.kind;
	if (transaction !== undefined) return transaction.replace('TRANS_STMT_', '').replaceAll('_', ' ');
	return tags[tag] ?? spelled(tag);
}

/** SELECT without INTO, SET, SHOW, transaction commands: nothing in the database changes by the statement itself. */
export function readsOnly(node: Node): boolean {
	return [
		'SelectStmt',
		'VariableSetStmt',
		'VariableShowStmt',
		'TransactionStmt',
		'DiscardStmt',
		'ExplainStmt',
	].includes(tagOf(node));
}

const tags: Readonly<Record<string, string>> = {
	CreateStmt: 'CREATE TABLE',
	CreateTableAsStmt: 'CREATE TABLE AS',
	IndexStmt: 'CREATE INDEX',
	ViewStmt: 'CREATE VIEW',
	RuleStmt: 'CREATE RULE',
	CreateSeqStmt: 'CREATE SEQUENCE',
	AlterSeqStmt: 'ALTER SEQUENCE',
	CreateTrigStmt: 'CREATE TRIGGER',
	CreateEnumStmt: 'CREATE TYPE',
	CompositeTypeStmt: 'CREATE TYPE',
	AlterEnumStmt: 'ALTER TYPE',
	CreatePLangStmt: 'CREATE LANGUAGE',
	CreateEventTrigStmt: 'CREATE EVENT TRIGGER',
	AlterEventTrigStmt: 'ALTER EVENT TRIGGER',
	SecLabelStmt: 'SECURITY LABEL',
	VariableSetStmt: 'SET',
	VariableShowStmt: 'SHOW',
	CreatedbStmt: 'CREATE DATABASE',
	DropdbStmt: 'DROP DATABASE',
	RefreshMatViewStmt: 'REFRESH MATERIALIZED VIEW',
};

/** A column's is that of what it belongs to. */
function renamedType(rename: Fields<'RenameStmt'> | null): string | undefined {
	return rename?.renameType === 'OBJECT_COLUMN' ? rename.relationType : rename?.renameType;
}

function objectText(type: string): string {
	const name = type.replace('OBJECT_', '');
	if (name === 'MATVIEW') return 'MATERIALIZED VIEW';
	if (name === 'COLUMN' || name === 'TABCONSTRAINT') return 'TABLE';
	return name.replaceAll('_', ' ');
}

function spelled(tag: string): string {
	return tag
		.replace(/Stmt$/u, '')
		.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ')
		.toUpperCase();
}
