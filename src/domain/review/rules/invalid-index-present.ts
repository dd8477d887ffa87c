import {parseTableName, tableKey, tableText} from '../../script/schema-change.ts';
import {isHistoryChange, type ReviewContext} from '../review-context.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import type {IndexFacts, TableFacts} from '../table-facts.ts';

/** PostgreSQL documentation, CREATE INDEX, "Building Indexes Concurrently": a failed build leaves an INVALID index. */
export const invalidIndexPresent: Rule = {
	id: 'invalid-index-present',
	item: null,
	waivable: true,
	severity: 'warning',
	why: 'A CONCURRENTLY build that failed, or has not ended yet, leaves an index that no query uses and every write pays for. CREATE INDEX IF NOT EXISTS takes it for built.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ADD note text;',
		instead: 'Before the release, outside of the script: REINDEX INDEX CONCURRENTLY ix_orders_customer;',
	},
	check: (context) => {
		const told = new Set<string>();
		const dropped = droppedIndexes(context);
		return objectToChanges(context, ({change, facts}) => {
			if (facts === null || told.has(tableKey(facts.table)) || isHistoryChange(change, context.frame)) return null;
			told.add(tableKey(facts.table));
			const invalid = facts.indexes.filter((index) => !index.valid && !dropped.has(nameOf(index)));
			const first = invalid[0];
			if (first === undefined) return null;
			const names = invalid.map(({name}) => name).join(', ');
			const isOne = invalid.length === 1;
			return {
				severity: 'warning',
				message: `${tableText(facts.table)} has ${isOne ? 'an invalid index' : `${invalid.length} invalid indexes`}: ${names}.`,
				remedy: remedy(facts, first),
			};
		});
	},
};

/** Those that the script removes itself, by name. */
function droppedIndexes({pending}: ReviewContext): ReadonlySet<string> {
	const changes = pending.flatMap(({statement}) => statement.changes);
	return new Set(changes.flatMap((change) => (change.kind === 'drop-index' ? [change.index.name] : [])));
}

function nameOf({name}: IndexFacts): string {
	return parseTableName(name)?.name ?? name;
}

function remedy({kind}: TableFacts, {name}: IndexFacts): string {
	if (kind === 'partitioned-table') {
		return `It is not complete until every partition has its own index attached: ALTER INDEX ${name} ATTACH PARTITION …;`;
	}
	return `If no build is running, build it anew, or remove it, outside of EF's blocks: REINDEX INDEX CONCURRENTLY ${name}; or DROP INDEX CONCURRENTLY ${name};`;
}
