import type {ScriptStatement} from '../script/parsed-script.ts';
import {identifierText, parseTableName} from '../script/schema-change.ts';
import type {ReviewContext, ReviewedStatement} from './review-context.ts';
import {listText} from './sql-text.ts';
import type {Dependent, TableFacts} from './table-facts.ts';
import type {TableName} from '../script/table-name.ts';

/** What would break when the table goes: its own triggers go with it and are nobody's loss. */
export function tableDependents(facts: TableFacts | null): readonly Dependent[] {
	return (facts?.dependents ?? []).filter(({kind}) => kind !== 'trigger');
}

/** What uses that very column; PostgreSQL refuses to drop it under most of them. */
export function columnDependents(facts: TableFacts | null, column: string): readonly Dependent[] {
	return (facts?.dependents ?? []).filter(({columns}) => columns.includes(column));
}

/** `view shop.totals and foreign key fk_lines of lines`. */
export function dependentsText(dependents: readonly Dependent[]): string {
	return listText(dependents.map(({kind, name}) => `${kind} ${name}`));
}

/** What to run before, so that nothing depends any more; empty where there is no single statement for it. */
export function dropsOf(dependents: readonly Dependent[]): string {
	return dependents.map((dependent) => dropOf(dependent)).join('');
}

function dropOf({kind, name}: Dependent): string {
	const foreignKey = foreignKeyName.exec(name);
	if (kind === 'foreign key' && foreignKey !== null) {
		return ` ALTER TABLE ${foreignKey[2] ?? ''} DROP CONSTRAINT ${foreignKey[1] ?? ''};`;
	}
	return kind === 'view' || kind === 'materialized view' ? ` DROP ${kind.toUpperCase()} ${name};` : '';
}

/** The table that a foreign key belongs to; null for other dependents. */
export function tableOfForeignKey({kind, name}: Dependent): TableName | null {
	return kind === 'foreign key' ? parseTableName(foreignKeyName.exec(name)?.[2] ?? '') : null;
}

/** `fk_lines of lines`, both as SQL would write them. */
const foreignKeyName = /^("(?:[^"]|"")+"|\S+) of (.+)$/u;

/**
 * Tells of a dependent whether it is gone when a pending statement runs: pending statements before it, or the same one,
 * drop it. The target still lists it.
 */
export function goneDependents(context: ReviewContext): (dependent: Dependent, at: ReviewedStatement) => boolean {
	const positions = new Map(context.pending.map((statement, index) => [statement, index]));
	const drops = dropsByName(context);
	return (dependent, at) => {
		const position = positions.get(at) ?? 0;
		return namesOf(dependent).some(({kind, table, constraint}) =>
			(drops.get(`${kind} ${constraint ?? table.name}`) ?? []).some(
				(drop) => drop.position <= position && maybeSame(drop.table, table),
			),
		);
	};
}

interface Drop {
	readonly position: number;
	readonly table: TableName;
}

interface DroppedName {
	readonly kind: 'table' | 'view' | 'constraint';
	readonly table: TableName;
	readonly constraint: string | null;
}

/** Under which names of dropped things a dependent would be found. */
function namesOf({kind, name}: Dependent): readonly DroppedName[] {
	if (kind === 'view' || kind === 'materialized view') {
		const table = parseTableName(name);
		return table === null ? [] : [{kind: 'view', table, constraint: null}];
	}
	const parts = kind === 'foreign key' ? foreignKeyName.exec(name) : null;
	const table = parseTableName(parts?.[2] ?? '');
	if (table === null) return [];
	return [
		{kind: 'table', table, constraint: null},
		{kind: 'constraint', table, constraint: parts?.[1] ?? ''},
	];
}

function dropsByName({pending}: ReviewContext): ReadonlyMap<string, readonly Drop[]> {
	const drops = new Map<string, Drop[]>();
	const add = (key: string, drop: Drop): void => {
		const same = drops.get(key);
		if (same === undefined) drops.set(key, [drop]);
		else same.push(drop);
	};
	for (const [position, {statement, changes}] of pending.entries()) {
		for (const {change, table: known} of changes) {
			if (change.kind !== 'drop-table' && change.kind !== 'drop-constraint') continue;
			const table = known ?? change.table;
			if (change.kind === 'drop-table') add(`table ${table.name}`, {position, table});
			else add(`constraint ${identifierText(change.name)}`, {position, table});
		}
		for (const table of droppedViews(statement)) add(`view ${table.name}`, {position, table});
	}
	return drops;
}

/** DROP VIEW's names: no change of its own tells them. */
export function droppedViews({tag, text}: ScriptStatement): readonly TableName[] {
	if (tag !== 'DROP VIEW' && tag !== 'DROP MATERIALIZED VIEW') return [];
	const names = text
		.replace(/^\s*DROP\s+(?:MATERIALIZED\s+)?VIEW\s+(?:IF\s+EXISTS\s+)?/iu, '')
		.replace(/\s+(?:CASCADE|RESTRICT)\s*;?\s*$/iu, '')
		.replace(/;\s*$/u, '');
	return names.split(',').flatMap((name) => parseTableName(name) ?? []);
}

/** A name without a schema may be any schema's: the search path decides. */
export function maybeSame(left: TableName, right: TableName): boolean {
	if (left.name !== right.name) return false;
	return left.schema === null || right.schema === null || left.schema === right.schema;
}
