import {tableKey, tableText, type DropTable, type SchemaChange} from '../../script/schema-change.ts';
import {dependentsText, dropsOf, goneDependents, tableDependents} from '../dependents.ts';
import {isUnused, useText} from '../last-use.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import type {Dependent, TableFacts} from '../table-facts.ts';

/** Runbook, checklist: "no destructive drop"; columns and tables go over two releases. */
export const dropTable: Rule = {
	id: 'drop-table',
	item: 'no-destructive-drop',
	waivable: true,
	severity: 'blocker; notice where the table is proven empty, unused and not depended upon',
	why: 'The rows are gone for good, and the version that runs now fails on its next query.',
	example: {
		of: 'migration',
		sql: 'DROP TABLE orders;',
		instead: 'Release a version that no longer uses the table, and drop it in the release after that.',
	},
	check: (context) => {
		const isGone = goneDependents(context);
		const droppedBy = followDrops();
		return objectToChanges(context, ({change, onNewTable, facts}, at) => {
			const earlier = droppedBy(change, at.migration);
			if (change.kind !== 'drop-table' || onNewTable || facts?.exists === false) return null;
			if (earlier !== null) return judgeAgain(change, earlier, at.statement.text);
			const table = tableText(change.table);
			const dependents = tableDependents(facts).filter((dependent) => !isGone(dependent, at));
			const remedy = remedyOf(change, dependents);
			if (facts !== null && isEmpty(facts) && dependents.length === 0 && isUnused(facts.use)) {
				const message = `Drops table ${table}: it holds no row, nothing depends on it, and it had ${useText(facts.use)}.`;
				return {severity: 'notice', message, remedy};
			}
			const message = `Drops table ${table}${knownText(facts, dependents)}.`;
			return {severity: 'blocker', destructive: true, message, remedy};
		});
	},
};

/** The pending migration that dropped the change's table before; null where it is still there, or made anew. */
function followDrops(): (change: SchemaChange, migration: string | null) => string | null {
	const drops = new Map<string, string>();
	return (change, migration) => {
		if (change.kind === 'create-table') drops.delete(tableKey(change.table));
		if (change.kind === 'rename-table') drops.delete(tableKey(change.to));
		if (change.kind !== 'drop-table') return null;
		const earlier = drops.get(tableKey(change.table)) ?? null;
		drops.set(tableKey(change.table), migration ?? '');
		return earlier;
	};
}

function judgeAgain({table}: DropTable, earlier: string, statement: string) {
	if (/^\s*DROP\s+(?:FOREIGN\s+)?TABLE\s+IF\s+EXISTS\b/iu.test(statement)) return null;
	return {
		severity: 'blocker' as const,
		message: `Drops table ${tableText(table)}, which is dropped already by then, by migration ${earlier}: the statement fails.`,
		remedy: `Take one of the two out, or write DROP TABLE IF EXISTS ${tableText(table)};`,
	};
}

function knownText(facts: TableFacts | null, dependents: readonly Dependent[]): string {
	if (facts === null) return ' (of unknown size)';
	const uses = dependents.length === 0 ? [] : [`used by ${dependentsText(dependents)}`];
	return ` (${[rowsText(facts), useText(facts.use), ...uses].join('; ')})`;
}

function remedyOf({table}: DropTable, dependents: readonly Dependent[]): string {
	const name = tableText(table);
	const copy = tableText({...table, name: `${table.name}_archive`});
	const first = dropsOf(dependents);
	const free = first === '' ? '' : ` What depends on it goes before:${first}`;
	return `Release a version that no longer uses ${name} first, and drop it in the release after that.${free} To keep the rows: CREATE TABLE ${copy} AS TABLE ${name};`;
}
