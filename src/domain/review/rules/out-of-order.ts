import {appliedHistory} from '../applied-history.ts';
import {placeOfMigration} from '../migration-place.ts';
import type {Rule} from '../rule.ts';
import {listText} from '../sql-text.ts';

/** EF's ids begin with the time of their making: a branch that was merged late brings one that is older than what runs. */
export const outOfOrder: Rule = {
	id: 'out-of-order',
	item: null,
	waivable: true,
	severity: 'warning',
	why: 'It was made before a migration that is applied already: here they run in another order than on the machines where they were tried.',
	example: {
		of: 'file',
		sql: '-- on a target that has 20260401000000_Third\nDO $EF$\nBEGIN\n    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = \'20260301000000_Second\') THEN\n    ALTER TABLE orders ADD note text;\n    END IF;\nEND $EF$;',
		instead: 'Remove the migration, bring in the newer ones, and add it again: it gets an id behind theirs.',
	},
	check: (context) => {
		const {target, frame, pendingIds} = context;
		if (target === null || frame.direction === 'down') return [];
		const newest = appliedHistory(target, frame).findLast(({isOwn}) => isOwn)?.id;
		const late = newest === undefined ? [] : pendingIds.filter((id) => id < newest);
		const [first] = late;
		if (newest === undefined || first === undefined) return [];
		return [
			{
				severity: 'warning',
				migration: first,
				...placeOfMigration(first, context),
				message: `${listText(late)} ${late.length === 1 ? 'is' : 'are'} older than ${newest}, which the target has already.`,
				remedy:
					'Check that the newer ones do not touch the same tables; or bring them into the branch, then `dotnet ef migrations remove` and `dotnet ef migrations add` make it anew behind them.',
			},
		];
	},
};
