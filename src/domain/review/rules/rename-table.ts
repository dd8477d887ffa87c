import {identifierText, sameTable, tableKey, tableText, type RenameTable} from '../../script/schema-change.ts';
import {maybeSame} from '../dependents.ts';
import {followMakers} from '../makers.ts';
import type {ReviewContext} from '../review-context.ts';
import {isEmpty} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';
import type {TableName} from '../../script/table-name.ts';

/** Runbook, checklist: "no destructive rename". SET SCHEMA is a rename to all who use the old name. */
export const renameTable: Rule = {
	id: 'rename-table',
	item: 'no-destructive-rename',
	waivable: true,
	severity:
		'blocker; notice where the table is empty or made by an earlier pending migration; none where the same migration leaves a view of the old name',
	why: 'The version that runs now uses the old name until the new one is deployed: every query of it fails in between.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders RENAME TO sales;',
		instead: 'ALTER TABLE orders RENAME TO sales; CREATE VIEW orders AS SELECT * FROM sales;',
	},
	check: (context) => {
		const makerOf = followMakers();
		const journeys = renameJourneys(context);
		const views = viewsByMigration(context);
		return objectToChanges(context, (reviewed, {migration}) => {
			const {change, facts, onNewTable} = reviewed;
			const maker = makerOf(change, migration).table;
			if (change.kind === 'rename-schema' && !onNewTable) return schemaJudgement(change.schema, change.to);
			if (change.kind !== 'rename-table' || facts?.exists === false) return null;
			const to = journeys.get(change) ?? null;
			if (to === null || sameTable(to, change.table)) return null;
			if (onNewTable && (maker === null || maker === migration)) return null;
			if ((views.get(viewKey(migration, change.table)) ?? []).some((view) => readsFrom(view, change, to))) return null;
			const [from, name] = [tableText(change.table), tableText(to)];
			const remedy = `Keep the old name usable for one release: CREATE VIEW ${from} AS SELECT * FROM ${name}; in the same migration, and DROP VIEW ${from}; in the next.`;
			if (onNewTable) {
				return {
					severity: 'notice',
					message: `Renames table ${from} to ${name}: migration ${maker ?? ''} makes it.`,
					remedy,
				};
			}
			if (isEmpty(facts)) {
				return {severity: 'notice', message: `Renames table ${from} to ${name}: it holds no row.`, remedy};
			}
			return {
				severity: 'blocker',
				destructive: true,
				message: `Renames table ${sizedTableOf(reviewed)} to ${name}.`,
				remedy,
			};
		});
	},
};

function schemaJudgement(schema: string, target: string) {
	const [from, to] = [identifierText(schema), identifierText(target)];
	return {
		severity: 'blocker' as const,
		destructive: true,
		message: `Renames schema ${from} to ${to}: every table in it gets another name.`,
		remedy: `Create the new one and move the tables over two releases, each with a view of its old name: CREATE SCHEMA ${to}; ALTER TABLE ${from}.… SET SCHEMA ${to}; CREATE VIEW ${from}.… AS SELECT * FROM ${to}.…;`,
	};
}

/**
 * Where each renamed table ends up in its migration. EF writes RENAME TO and SET SCHEMA after each other for one rename:
 * that is told once, at the first; the ones that only carry on are left out.
 */
function renameJourneys({pending}: ReviewContext): ReadonlyMap<RenameTable, TableName> {
	const journeys = new Map<RenameTable, TableName>();
	const underWay = new Map<string, RenameTable>();
	for (const {changes, migration} of pending) {
		for (const {change} of changes) {
			if (change.kind !== 'rename-table') continue;
			const from = `${migration ?? ''} ${tableKey(change.table)}`;
			const first = underWay.get(from) ?? change;
			underWay.delete(from);
			underWay.set(`${migration ?? ''} ${tableKey(change.to)}`, first);
			journeys.set(first, change.to);
		}
	}
	return journeys;
}

interface PlacedView {
	readonly view: TableName;
	readonly reads: readonly TableName[];
}

/** A view stands in for the table only as long as it shows the rows of now. A view of a table's own name can only be made after the rename. */
function viewsByMigration({pending}: ReviewContext): ReadonlyMap<string, readonly PlacedView[]> {
	const views = new Map<string, PlacedView[]>();
	for (const {changes, migration} of pending) {
		for (const {change} of changes) {
			if (change.kind !== 'create-view' || change.materialized) continue;
			const key = viewKey(migration, change.view);
			const same = views.get(key);
			if (same === undefined) views.set(key, [change]);
			else same.push(change);
		}
	}
	return views;
}

function viewKey(migration: string | null, {name}: TableName): string {
	return `${migration ?? ''} ${name}`;
}

function readsFrom({view, reads}: PlacedView, {table}: RenameTable, to: TableName): boolean {
	return maybeSame(view, table) && reads.some((read) => maybeSame(read, to));
}
