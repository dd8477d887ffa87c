import {parseTableName, tableKey, type CreateIndex} from '../../script/schema-change.ts';
import {indexSql} from '../index-sql.ts';
import type {ReviewContext, ReviewedChange} from '../review-context.ts';
import {severityBySize} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/**
 * Runbook: tables over 1 M rows get their indexes CONCURRENTLY. PostgreSQL documentation, CREATE INDEX, "Building Indexes
 * Concurrently"; of partitioned tables: "Table Partitioning", Partition Maintenance.
 */
export const indexNotConcurrent: Rule = {
	id: 'index-not-concurrent',
	item: 'large-index-concurrently',
	waivable: true,
	severity: 'notice; blocker on a large table',
	why: 'CREATE INDEX holds back every write to the table until the whole index is built. CONCURRENTLY does not, but cannot run inside a DO block, where EF puts every command.',
	example: {
		of: 'migration',
		sql: 'CREATE INDEX ix_orders_customer ON orders (customer_id);',
		instead: `-- Before the release, outside of the script: CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_orders_customer ON orders (customer_id);
CREATE INDEX IF NOT EXISTS ix_orders_customer ON orders (customer_id);`,
	},
	check: (context) => {
		const partitioned = partitionedTables(context);
		return objectToChanges(context, (reviewed, {statement}) => {
			const {change, size, facts, table} = reviewed;
			if (change.kind !== 'create-index' || change.concurrently || change.only) return null;
			if (change.ifNotExists && isThere(change, reviewed)) return null;
			const severity = severityBySize(size, 'notice');
			if (severity === null) return null;
			const isPartitioned = facts?.kind === 'partitioned-table' || (table !== null && partitioned.has(tableKey(table)));
			return {
				severity,
				message: `Builds ${change.name === null ? 'an index' : `index ${indexSql(change, '').name}`} on ${sizedTableOf(reviewed)} without CONCURRENTLY.`,
				remedy: isPartitioned ? partitionedRemedy(change, statement.text) : remedy(change, statement.text),
			};
		});
	},
};

/** IF NOT EXISTS was written by a person: without a database, the word for it that the index is built beforehand counts. */
function isThere({name}: CreateIndex, {facts}: ReviewedChange): boolean {
	if (facts === null) return true;
	// PostgreSQL looks for the name alone, and takes an invalid index for built: that is another rule's.
	return facts.indexes.some((index) => name !== null && parseTableName(index.name)?.name === name);
}

function partitionedTables({statements}: ReviewContext): ReadonlySet<string> {
	const created = statements.flatMap(({statement}) => statement.changes);
	return new Set(
		created.flatMap((change) => (change.kind === 'create-table' && change.partitioned ? [tableKey(change.table)] : [])),
	);
}

function remedy(change: CreateIndex, statement: string): string {
	const {concurrently, ifNotExists} = indexSql(change, statement);
	return `Build it before the release, outside of EF's blocks: ${concurrently} The migration then finds it there: ${ifNotExists}`;
}

function partitionedRemedy(change: CreateIndex, statement: string): string {
	const {name, onOnly} = indexSql(change, statement);
	return `Partitioned tables cannot build CONCURRENTLY. Make the index on the parent alone: ${onOnly} Then build one on each partition with CREATE INDEX CONCURRENTLY, outside of EF's blocks, and attach it: ALTER INDEX ${name} ATTACH PARTITION …;`;
}
