import {isHistoryChange, type ReviewContext, type ReviewedChange} from '../review-context.ts';
import type {Objection, Rule} from '../rule.ts';

/**
 * EF's guard is per migration, not per statement. What committed before a failure runs again with the next try, for the
 * history row was not written yet. A script without transactions, tried again, has inserted its seed row seven times.
 */
export const partialApply: Rule = {
	id: 'partial-apply',
	item: null,
	waivable: true,
	why: 'When a statement fails, those before it stay, and a second try runs them again: a retry is not safe.',
	check: (context) => {
		const broken = context.frame.migrations.filter(
			({id, whollyInOneTransaction}) => !whollyInOneTransaction && context.pendingIds.includes(id),
		);
		return broken.length === 0
			? []
			: [
					objection(
						broken.map(({id}) => id),
						context,
					),
				];
	},
};

function objection(ids: readonly string[], context: ReviewContext): Objection {
	const [first = ''] = ids;
	const guard = context.script.guards.find(({id}) => id === first);
	const more = ids.length > 1 ? ` (and ${ids.length - 1} more)` : '';
	return {
		severity: onlyCreates(ids, context) ? 'notice' : 'warning',
		migration: first,
		place: guard?.place ?? {line: 1, column: 1},
		statement: '',
		message: `Migration ${first}${more} is not wholly in one transaction: it may land half, and then a retry is not safe.`,
		remedy:
			context.frame.transactions === 'none'
				? 'Generate the script without --no-transactions, with EF Core 5 or later: each migration then has a transaction of its own.'
				: 'Move the statement for which EF ends the transaction (suppressTransaction: true) into a migration of its own.',
	};
}

/** Half of a migration that only makes new things disturbs nobody; the retry fails, but does no harm. */
function onlyCreates(ids: readonly string[], context: ReviewContext): boolean {
	return context.pending
		.filter(({migration}) => migration !== null && ids.includes(migration))
		.flatMap(({changes}) => changes)
		.every((reviewed) => isHistoryChange(reviewed.change, context.frame) || creates(reviewed));
}

function creates({change, onNewTable}: ReviewedChange): boolean {
	if (change.kind === 'create-table' || change.kind === 'create-schema') return true;
	return onNewTable && (change.kind === 'create-index' || change.kind === 'add-constraint');
}
