import {tableText} from '../../script/schema-change.ts';
import {isLarge, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook: tables over 1 M rows get their indexes CONCURRENTLY. PostgreSQL documentation, CREATE INDEX. */
export const indexNotConcurrent: Rule = {
	id: 'index-not-concurrent',
	item: 'large-index-concurrently',
	waivable: true,
	why: 'CREATE INDEX holds back every write to the table until the whole index is built.',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable, facts}, {statement}) => {
			if (change.kind !== 'create-index' || change.concurrently || onNewTable) return null;
			if (!isLarge(facts, context.largeTableRows)) return null;
			const sql = statement.text.replace(/\bINDEX\b/iu, 'INDEX CONCURRENTLY').replace(/;?\s*$/u, ';');
			return {
				severity: 'blocker',
				message: `Builds an index on ${tableText(change.table)} (${rowsText(facts)}) without CONCURRENTLY.`,
				remedy: `Build it outside of EF's blocks, before the release, then make the migration find it there: ${sql}`,
			};
		}),
};
