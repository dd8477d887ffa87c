import {identifierText, tableText, type AddConstraint} from '../../script/schema-change.ts';
import {columnList, constraintName} from '../constraint-sql.ts';
import type {ReviewedChange} from '../review-context.ts';
import {severityBySize} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/**
 * PostgreSQL documentation, ALTER TABLE, ADD table_constraint_using_index: "helpful in situations where a new constraint
 * needs to be added without blocking table updates for a long time".
 */
export const uniqueBuildsIndex: Rule = {
	id: 'unique-builds-index',
	item: null,
	waivable: true,
	severity: 'warning; blocker on a large table, notice on a small one',
	why: 'PostgreSQL builds an index for it, and nobody can read or write the table until it stands. On an index that was built CONCURRENTLY before, the constraint is there at once.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ADD CONSTRAINT uq_orders_number UNIQUE (number);',
		instead: `-- Before the release, outside of the script: CREATE UNIQUE INDEX CONCURRENTLY uq_orders_number ON orders (number);
ALTER TABLE orders ADD CONSTRAINT uq_orders_number UNIQUE USING INDEX uq_orders_number;`,
	},
	check: (context) => {
		const dropped = new Map<string, string>();
		return objectToChanges(context, (reviewed) => {
			const {change, table, facts, size} = reviewed;
			if (change.kind === 'drop-constraint' && table !== null && isPrimaryKey(reviewed, change.name)) {
				dropped.set(tableText(table), change.name);
			}
			if (change.kind !== 'add-constraint' || change.usingIndex) return null;
			const {constraint} = change;
			if (constraint !== 'unique' && constraint !== 'primary-key' && constraint !== 'exclude') return null;
			const severity = severityBySize(size, 'warning');
			if (severity === null) return null;
			const former = constraint === 'primary-key' && table !== null ? (dropped.get(tableText(table)) ?? null) : null;
			const isPartitioned = facts?.kind === 'partitioned-table';
			return {
				severity,
				message: `Adds ${words[constraint]} ${identifierText(constraintName(change.table, change))} to ${sizedTableOf(reviewed)} and builds its index under a lock.`,
				remedy: remedy(change, former, isPartitioned),
			};
		});
	},
};

const words = {
	unique: 'unique constraint',
	'primary-key': 'primary key',
	exclude: 'exclusion constraint',
} as const;

/** By the target's word, or by the name that EF gives it. */
function isPrimaryKey({facts}: ReviewedChange, name: string): boolean {
	const known = facts?.constraints.find((constraint) => constraint.name === name);
	return known === undefined ? name.startsWith('PK_') || name.startsWith('pk_') : known.kind === 'primary-key';
}

function remedy(change: AddConstraint, formerKey: string | null, isPartitioned: boolean): string {
	const [table, name] = [tableText(change.table), identifierText(constraintName(change.table, change))];
	if (change.constraint === 'exclude') {
		return `An exclusion constraint cannot take over an index that is there: add it while nobody writes ${table}, or make a new table that has it and move the rows over in batches.`;
	}
	const columns = columnList(change.columns);
	const kind = change.constraint === 'unique' ? 'UNIQUE' : 'PRIMARY KEY';
	if (formerKey !== null) {
		return `If the columns stay the same, give the key that is there its new name: ALTER TABLE ${table} RENAME CONSTRAINT ${identifierText(formerKey)} TO ${name};`;
	}
	if (isPartitioned) {
		return `A partitioned table takes no USING INDEX: add it to the parent alone, ALTER TABLE ONLY ${table} ADD CONSTRAINT ${name} ${kind} (${columns}); build a unique index CONCURRENTLY on each partition, outside of EF's blocks, make it the partition's own constraint with USING INDEX, and attach it: ALTER INDEX ${name} ATTACH PARTITION …;`;
	}
	const filled = change.constraint === 'primary-key' ? ' Its columns must be NOT NULL before.' : '';
	return `Build the index before the release, outside of EF's blocks: CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${table} (${columns}); The migration then only names it: ALTER TABLE ${table} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name};${filled}`;
}
