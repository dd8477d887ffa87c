import {historyIdOf, historyOf, isHistoryDdl, type EfFrame} from '../../script/ef-frame.ts';
import {tableOf, tableText, type SchemaChange} from '../../script/schema-change.ts';
import type {TableName} from '../table-facts.ts';
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
	check: ({statements, frame}) =>
		objectToStatements(statements, ({changes}, at) => {
			if (isOwnDdl(at, frame) || isOwnWrite(at, frame)) return null;
			const change = changes.find((item) => touchesHistory(item, frame));
			if (change === undefined) return null;
			return {
				severity: 'blocker',
				message: `${at.statement.tag} changes the migration history ${tableText(tableOf(change) ?? historyOf(frame))}.`,
				remedy:
					'Take it out. EF writes the history itself; a wrong history is mended on its own, by two people, not by a release.',
			};
		}),
};

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
	const table = tableOf(change);
	return table !== null && isNameOfHistory(table, history);
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
