import type {ReviewedTarget} from '../../src/domain/review/review-context.ts';
import type {TableFacts} from '../../src/domain/review/table-facts.ts';
import {rules} from '../../src/domain/review/rules/index.ts';
import {efScript, type EfVersion} from '../../test/support/ef-script.ts';
import {factsOf} from '../../test/support/read-ef-script.ts';

/** A script with one fault in it, and what a target would say where only a target can tell. */
export interface PlantedFault {
	readonly rule: string;
	/** The statements of the one pending migration, or null where the fault is another one. */
	readonly sql: string;
	readonly bytes: Buffer;
	readonly facts: readonly TableFacts[];
	readonly target: ReviewedTarget | null;
	readonly appliedIds: readonly string[];
}

const before = '20260101000000_Before';
const change = '20260102000000_Change';

/** The rules' own examples, wrapped as each EF version wraps them. */
export function plantedFaults(version: EfVersion): readonly PlantedFault[] {
	const shown = rules
		.filter(({id, example}) => example.of === 'migration' && !(id in onTarget))
		.map(({id, example}) => planted(id, example.sql, version));
	const told = Object.entries(onTarget).map(([id, fault]) => planted(id, fault.sql, version, fault));
	return [...shown, ...told];
}

type OnTarget = Partial<Pick<PlantedFault, 'facts' | 'target'>> & {
	readonly sql: string;
	/** As `script FROM TO` writes it. */
	readonly from?: boolean;
};

function planted(rule: string, sql: string, version: EfVersion, told: Partial<OnTarget> = {}): PlantedFault {
	const earlier = {id: before, statements: ['CREATE TABLE customers (id int PRIMARY KEY)']};
	const own = {id: change, statements: [sql]};
	const migrations = told.from === true ? [own] : [earlier, own];
	return {
		rule,
		sql,
		bytes: efScript({version, migrations, withoutHistoryDdl: told.from === true}),
		facts: told.facts ?? [],
		target: told.target ?? null,
		appliedIds: told.target?.historyIds ?? [before],
	};
}

const large = factsOf('orders', {estimatedRows: 5_000_000});
const invalid = {name: 'ix_orders_total', valid: false, unique: false, partial: false, columns: ['total']};

function target(historyIds: readonly string[], own: readonly string[] = historyIds): ReviewedTarget {
	return {historyIds, serverVersion: 150_000, knownIds: {own, others: []}, sharedHistory: false};
}

/** What cannot be seen without a target's history or its tables' sizes. */
const onTarget: Readonly<Record<string, OnTarget>> = {
	'exclusive-lock-window': {
		sql: 'ALTER TABLE orders ADD note text; CREATE INDEX ix_orders_note ON orders (note);',
		facts: [large],
	},
	'drop-index-not-concurrent': {
		sql: 'DROP INDEX ix_orders_total;',
		facts: [{...large, indexes: [{...invalid, valid: true}]}],
	},
	'invalid-index-present': {
		sql: 'ALTER TABLE orders ADD note text;',
		facts: [factsOf('orders', {indexes: [invalid]})],
	},
	'large-data-change': {sql: "UPDATE orders SET state = 'open' WHERE state IS NULL;", facts: [large]},
	'missing-predecessor': {
		sql: 'CREATE TABLE notes (id int PRIMARY KEY);',
		target: target([before], [before, '20260101120000_Between']),
		from: true,
	},
	'out-of-order': {
		sql: 'CREATE TABLE notes (id int PRIMARY KEY);',
		target: target([before, '20260103000000_Later']),
	},
	'unknown-applied': {
		sql: 'CREATE TABLE notes (id int PRIMARY KEY);',
		target: target([before, '20260103000000_Later']),
	},
};
