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
	why: 'What the history says decides which migrations run: written by hand, it lets one be skipped or run twice.',
	check: ({statements, frame}) =>
		objectToStatements(statements, ({changes}, at) => {
			if (isHistoryDdl(at.statement, frame) || isOwnWrite(at, frame)) return null;
			const change = changes.find((item) => touchesHistory(item, frame));
			if (change === undefined) return null;
			return {
				severity: 'blocker',
				message: `It changes the migration history ${tableText(tableOf(change) ?? historyOf(frame))}.`,
				remedy:
					'Take it out. EF writes the history itself; a wrong history is mended on its own, by two people, not by a release.',
			};
		}),
};

/** A row under a wrong guard is another rule's finding, guard-mismatch. */
function isOwnWrite({statement, migration}: ReviewedStatement, frame: EfFrame): boolean {
	if (migration === null || statement.changes.length !== 1) return false;
	if (statement.historyWrite?.operation !== (frame.direction === 'up' ? 'insert' : 'delete')) return false;
	return historyIdOf(statement, historyOf(frame), frame.historyColumn) !== null;
}

function touchesHistory(change: SchemaChange, frame: EfFrame): boolean {
	const history = historyOf(frame);
	if (change.kind === 'drop-schema' || change.kind === 'rename-schema') return change.schema === history.schema;
	if (change.kind === 'rename-table' && isHistoryName(change.to.name)) return true;
	const table = tableOf(change);
	return table !== null && (isSameHistory(table, history) || isHistoryName(table.name));
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
