import {historyIdOf, historyOf, isHistoryDdl, type EfFrame} from '../../script/ef-frame.ts';
import {tableOf, tableText, type CreateTable, type SchemaChange} from '../../script/schema-change.ts';
import type {TableName} from '../../script/table-name.ts';
import type {ReviewedStatement} from '../review-context.ts';
import {objectToStatements, type Rule} from '../rule.ts';

/** Only EF's own insert (or, reverting, delete) under its migration's guard may write a history table. */
export const historyTampering: Rule = {
	id: 'history-tampering',
	item: null,
	waivable: false,
	severity: 'blocker',
	why: 'What the history says decides which migrations run: written by hand, it lets one be skipped or run twice.',
	example: {
		of: 'migration',
		sql: `DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" LIKE '2024%';`,
		instead:
			'Leave the history to EF: a revert is a script of its own, `dotnet ef migrations script NEWEST OLDER --idempotent`.',
	},
	check: ({statements, frame}) => {
		const views = new Set<string>();
		return objectToStatements(statements, ({changes}, at) => {
			for (const change of changes) followView(change, views, frame);
			if (isOwnDdl(at, frame) || isOwnWrite(at, frame)) return null;
			const inBody = at.statement.writtenInBody.find((table) => isHistoryOrView(table, views, frame));
			if (inBody !== undefined) return tampering(`The body that ${at.statement.tag} creates`, tableText(inBody));
			const change = changes.find((item) => touchesHistory(item, frame) || writesView(item, views));
			if (change === undefined) return null;
			return tampering(at.statement.tag, whereText(change, frame));
		});
	},
};

function tampering(what: string, where: string) {
	return {
		severity: 'blocker' as const,
		message: `${what} changes the migration history ${where}.`,
		remedy:
			'Take it out. EF writes the history itself; a wrong history is mended on its own, by two people, not by a release.',
	};
}

function isHistoryOrView(table: TableName, views: ReadonlySet<string>, frame: EfFrame): boolean {
	return isNameOfHistory(table, historyOf(frame)) || views.has(table.name);
}

function whereText(change: SchemaChange, frame: EfFrame): string {
	const history = historyOf(frame);
	const table = tableOf(change);
	if (table === null || isNameOfHistory(table, history)) return tableText(table ?? history);
	return `${tableText(history)} by way of ${tableText(table)}`;
}

/** What is written into a view lands in the table below it (documentation, "CREATE VIEW", Updatable Views). */
function followView(change: SchemaChange, views: Set<string>, frame: EfFrame): void {
	if (change.kind === 'create-view' && !change.materialized) {
		if (change.reads.some((table) => isHistoryOrView(table, views, frame))) views.add(change.view.name);
	}
	if (change.kind === 'rename-table' && views.has(change.table.name)) views.add(change.to.name);
}

/** By its name alone: the search path decides about the schema. */
function writesView(change: SchemaChange, views: ReadonlySet<string>): boolean {
	// ALTER VIEW may give it another name, under which nobody would know it.
	if (change.kind === 'other' && change.tag === 'ALTER VIEW') return views.size > 0;
	return change.kind === 'data-change' && views.has(change.table.name);
}

/** Word for word as EF writes it: a temporary table of that name would hide the real one from the guards. */
function isOwnDdl({statement}: ReviewedStatement, frame: EfFrame): boolean {
	const isPlain = /^\s*CREATE\s+(?:TABLE\s+IF\s+NOT\s+EXISTS|SCHEMA)\s/iu.test(statement.text);
	return isPlain && isHistoryDdl(statement, frame);
}

/** A row under a wrong guard is another rule's finding, guard-mismatch. */
function isOwnWrite({statement, migration}: ReviewedStatement, frame: EfFrame): boolean {
	if (migration === null || statement.changes.length !== 1) return false;
	if (statement.historyWrite?.operation !== (frame.direction === 'up' ? 'insert' : 'delete')) return false;
	return historyIdOf(statement, historyOf(frame), frame.historyColumn) !== null;
}

function touchesHistory(change: SchemaChange, frame: EfFrame): boolean {
	const history = historyOf(frame);
	// Without a schema the history lies where the search path begins: in most databases that is public.
	if (change.kind === 'drop-schema' || change.kind === 'rename-schema') {
		return change.schema === (history.schema ?? 'public');
	}
	if (change.kind === 'rename-table' && isNameOfHistory(change.to, history)) return true;
	if (change.kind === 'create-view') return isNameOfHistory(change.view, history);
	if (change.kind === 'create-table' && parentsOf(change).some((table) => isNameOfHistory(table, history))) return true;
	const table = tableOf(change);
	return table !== null && isNameOfHistory(table, history);
}

/** Who reads them reads the new table's rows, too. */
function parentsOf({partitionOf, inherits = []}: CreateTable): readonly TableName[] {
	return partitionOf === null ? inherits : [partitionOf, ...inherits];
}

function isNameOfHistory(table: TableName, history: TableName): boolean {
	return isSameHistory(table, history) || isHistoryName(table.name);
}

/** A name without a schema may be any schema's: the search path decides. */
function isSameHistory(table: TableName, history: TableName): boolean {
	if (table.name !== history.name) return false;
	return table.schema === null || history.schema === null || table.schema === history.schema;
}

/** EF's default name, in any schema: another context's history. */
function isHistoryName(name: string): boolean {
	return name === '__EFMigrationsHistory';
}
