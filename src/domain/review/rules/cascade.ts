import type {ScriptStatement} from '../../script/parsed-script.ts';
import {identifierText, tableOf, tableText, type SchemaChange} from '../../script/schema-change.ts';
import {
	columnDependents,
	dependentsText,
	droppedViews,
	dropsOf,
	goneDependents,
	maybeSame,
	tableDependents,
	tableOfForeignKey,
} from '../dependents.ts';
import type {ReviewedChange, ReviewedStatement} from '../review-context.ts';
import {object, type Objection, type Rule} from '../rule.ts';
import {sqlText} from '../sql-text.ts';
import type {Dependent} from '../table-facts.ts';
import type {TableName} from '../../script/table-name.ts';

/** PostgreSQL documentation, "Dependency Tracking": CASCADE drops what depends on the object, and what depends on that. */
export const cascade: Rule = {
	id: 'cascade',
	item: null,
	waivable: true,
	severity: 'warning; notice where the target knows of nothing that would go along',
	why: 'It takes along whatever depends on the object when the statement runs, named nowhere in the script; TRUNCATE even the rows of other tables.',
	example: {
		of: 'migration',
		sql: 'DROP VIEW order_totals CASCADE;',
		instead: 'DROP VIEW order_totals;',
	},
	check: (context) => {
		const isGone = goneDependents(context);
		const newViews = new Map<string, TableName>();
		return context.pending.flatMap((at): readonly Objection[] => {
			for (const {change} of at.changes) if (change.kind === 'create-view') newViews.set(change.view.name, change.view);
			if (!isCascade(at) || isOnNewThings(at, newViews)) return [];
			return [judge(at, (dependent) => !isGone(dependent, at))];
		});
	},
};

function isCascade({statement, changes}: ReviewedStatement): boolean {
	return statement.cascade || changes.some(({change}) => 'cascade' in change && change.cascade);
}

/** Of what the pending statements made themselves nobody outside of them depends, and what is not there takes nothing along. */
function isOnNewThings({statement, changes}: ReviewedStatement, newViews: ReadonlyMap<string, TableName>): boolean {
	const views = droppedViews(statement);
	if (views.length > 0) return views.every((view) => maybeSame(newViews.get(view.name) ?? unknown, view));
	return (
		changes.length > 0 &&
		changes.every(({onNewTable, onNewColumn, facts}) => onNewTable || onNewColumn || facts?.exists === false)
	);
}

const unknown: TableName = {schema: null, name: ''};

function judge(at: ReviewedStatement, isThere: (dependent: Dependent) => boolean): Objection {
	const {statement, changes} = at;
	const isTruncate = changes.some(({change}) => change.kind === 'data-change');
	const what = `${isTruncate ? 'Empties' : 'Drops'} ${objectText(statement, changes)} with CASCADE`;
	const known = changes.map((reviewed) => dependentsOf(reviewed));
	const dependents = known.flatMap((list) => list ?? []).filter((dependent) => isThere(dependent));
	const others = dependents.filter((dependent) => !changes.some(({change}) => ownsForeignKey(change, dependent)));
	const remedy = remedyOf(statement, isTruncate ? [] : others);
	if (others.length > 0) {
		const message = `${what}: ${dependentsText(others)} ${others.length === 1 ? 'goes' : 'go'} along, and what depends on that.`;
		return object(at, {severity: 'warning', destructive: true, message, remedy});
	}
	if (known.length > 0 && !known.includes(null)) {
		return object(at, {severity: 'notice', message: `${what}: nothing is known to depend on it.`, remedy});
	}
	const message = `${what}: whatever depends on it goes along.`;
	return object(at, {severity: 'warning', destructive: true, message, remedy});
}

/** Null where the target was not asked: it tells of tables and columns alone. */
function dependentsOf({change, onNewTable, facts}: ReviewedChange): readonly Dependent[] | null {
	if (onNewTable) return [];
	if (facts === null) return null;
	if (change.kind === 'drop-table') return tableDependents(facts);
	if (change.kind === 'drop-column') return columnDependents(facts, change.column);
	return change.kind === 'data-change' ? facts.dependents.filter(({kind}) => kind === 'foreign key') : null;
}

/** The foreign key of a table that the same statement empties or drops. */
function ownsForeignKey(change: SchemaChange, dependent: Dependent): boolean {
	const [table, owner] = [tableOf(change), tableOfForeignKey(dependent)];
	return change.kind !== 'drop-column' && table !== null && owner !== null && maybeSame(table, owner);
}

function objectText(statement: ScriptStatement, changes: readonly ReviewedChange[]): string {
	const names = changes.flatMap(({change}) => nameOf(change) ?? []);
	return names.length > 0
		? names.join(', ')
		: withoutCascade(statement)
				.replace(/^DROP\s+/iu, '')
				.replace(/;$/u, '');
}

function nameOf(change: SchemaChange): string | null {
	if (change.kind === 'drop-table') return `table ${tableText(change.table)}`;
	if (change.kind === 'data-change') return tableText(change.table);
	if (change.kind === 'drop-column') return `column ${tableText(change.table)}.${identifierText(change.column)}`;
	if (change.kind === 'drop-schema') return `schema ${identifierText(change.schema)}`;
	if (change.kind !== 'drop-constraint') return null;
	return `constraint ${identifierText(change.name)} of ${tableText(change.table)}`;
}

function remedyOf(statement: ScriptStatement, dependents: readonly Dependent[]): string {
	return `Name what has to go, and leave CASCADE out; PostgreSQL then says what still depends on it:${dropsOf(dependents)} ${withoutCascade(statement)}`;
}

function withoutCascade({text}: ScriptStatement): string {
	return sqlText(text.replaceAll(/\s+CASCADE\b/giu, ''));
}
