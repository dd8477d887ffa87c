import {tableText, type DropIndex} from '../../script/schema-change.ts';
import {indexOwners, type IndexOwner} from '../index-owners.ts';
import type {ReviewContext} from '../review-context.ts';
import type {Severity} from '../finding.ts';
import {sizeOf} from '../rows.ts';
import {object, type Objection, type Rule} from '../rule.ts';
import {sizedTable} from '../sized-table.ts';

/** PostgreSQL documentation, DROP INDEX: "acquires an ACCESS EXCLUSIVE lock on the parent table". */
export const dropIndexNotConcurrent: Rule = {
	id: 'drop-index-not-concurrent',
	item: null,
	waivable: true,
	severity: 'notice; warning on a large table',
	why: 'DROP INDEX waits for every query on the table and holds back all new ones meanwhile; and what was fast by the index is slow from then on. CONCURRENTLY waits without holding anybody back, but cannot run inside a DO block.',
	example: {
		of: 'migration',
		sql: 'DROP INDEX ix_orders_customer;',
		instead: 'Drop it after the release, outside of the script: DROP INDEX CONCURRENTLY IF EXISTS ix_orders_customer;',
	},
	check: (context) => {
		const owners = indexOwners(context);
		return context.statements.flatMap((at): readonly Objection[] => {
			const objections = at.changes.flatMap(({change}) => {
				if (change.kind !== 'drop-index' || change.concurrently) return [];
				const judgement = judge(change, owners.ownerOf(change.index), context);
				return judgement === null ? [] : [object(at, judgement)];
			});
			// Of a pending statement each change was reviewed, in the same order.
			for (const [index, change] of at.statement.changes.entries()) {
				owners.follow(change, at.changes[index] !== undefined);
			}
			return objections;
		});
	},
};

function judge({index}: DropIndex, owner: IndexOwner, context: ReviewContext) {
	if (owner.isNew) return null;
	const severity = severityOf(owner, context);
	if (severity === null) return null;
	const name = tableText(index);
	const on = owner.table === null ? '' : ` of ${sizedTable(owner.table, owner.facts)}`;
	return {
		severity,
		message: `Drops index ${name}${on} without CONCURRENTLY.`,
		remedy: `Drop it after the release, outside of EF's blocks: DROP INDEX CONCURRENTLY IF EXISTS ${name}; The migration then needs only DROP INDEX IF EXISTS ${name};`,
	};
}

function severityOf({facts}: IndexOwner, {policy}: ReviewContext): Severity | null {
	const size = sizeOf(facts, policy);
	if (size === 'empty') return null;
	return size === 'large' ? 'warning' : 'notice';
}
