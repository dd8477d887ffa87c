import {identifierText, tableText, type DropColumn} from '../../script/schema-change.ts';
import {columnDependents, dependentsText, dropsOf, goneDependents} from '../dependents.ts';
import {columnUseText, isColumnUnused} from '../last-use.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import type {ColumnFacts, Dependent, TableFacts} from '../table-facts.ts';

/** Runbook: columns are removed over two releases. */
export const dropColumn: Rule = {
	id: 'drop-column',
	item: 'no-destructive-drop',
	waivable: true,
	severity: 'blocker; notice where no row holds a value, nobody uses the column and nothing depends on it',
	why: 'Its values are gone for good, and the version that runs now still selects the column: EF names every column in every query.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders DROP COLUMN note;',
		instead: 'ALTER TABLE orders ALTER COLUMN note DROP NOT NULL;',
	},
	check: (context) => {
		const isGone = goneDependents(context);
		return objectToChanges(context, ({change, onNewTable, onNewColumn, facts}, at) => {
			if (change.kind !== 'drop-column' || onNewTable || onNewColumn || facts?.exists === false) return null;
			const column = facts?.columns.find(({name}) => name === change.column);
			const dependents = columnDependents(facts, change.column).filter((dependent) => !isGone(dependent, at));
			const remedy = remedyOf(change, column, dependents);
			const name = `${tableText(change.table)}.${identifierText(change.column)}`;
			const empty = facts === null ? null : emptyText(facts, column);
			if (facts !== null && empty !== null && dependents.length === 0 && isColumnUnused(column, facts.use)) {
				const message = `Drops column ${name}: ${empty}, nothing depends on it, and ${usedText(facts, column)}.`;
				return {severity: 'notice', message, remedy};
			}
			const message = `Drops column ${name}${facts === null ? '' : knownText(facts, column, dependents)}.`;
			return {severity: 'blocker', destructive: true, message, remedy};
		});
	},
};

/** How it is known that no value is lost; null where one may be. */
function emptyText(facts: TableFacts, column: ColumnFacts | undefined): string | null {
	if (isEmpty(facts)) return 'the table holds no row';
	return column?.allNull === true ? `none of ${rowsText(facts)} holds a value` : null;
}

function usedText(facts: TableFacts, column: ColumnFacts | undefined): string {
	const use = columnUseText(column, facts);
	return column?.use?.calls === 0 && use.startsWith('no ') ? `there were ${use}` : use;
}

function knownText(facts: TableFacts, column: ColumnFacts | undefined, dependents: readonly Dependent[]): string {
	const holds = column?.allNull === false ? ['rows hold values'] : [];
	const rows = emptyText(facts, column) ?? `the table has ${rowsText(facts)}`;
	const uses = dependents.length === 0 ? [] : [`used by ${dependentsText(dependents)}`];
	return ` (${[...holds, rows, columnUseText(column, facts), ...uses].join('; ')})`;
}

/** A version that no longer knows the column does not fill it either, so it must let go of NOT NULL first. */
function remedyOf(change: DropColumn, column: ColumnFacts | undefined, dependents: readonly Dependent[]): string {
	const table = `ALTER TABLE ${tableText(change.table)}`;
	const name = identifierText(change.column);
	const free = column?.notNull === false ? '' : ` with ${table} ALTER COLUMN ${name} DROP NOT NULL;`;
	return `Release a version without the property first${free}, and drop the column in the release after that:${dropsOf(dependents)} ${table} DROP COLUMN ${name};`;
}
