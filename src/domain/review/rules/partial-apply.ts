import type {SchemaChange} from '../../script/schema-change.ts';
import {followMakers} from '../makers.ts';
import {placeOfMigration} from '../migration-place.ts';
import {isHistoryChange, type ReviewContext, type ReviewedStatement} from '../review-context.ts';
import {object, type Objection, type Rule} from '../rule.ts';

/**
 * EF's guard is per migration, not per statement. What committed before a failure runs again with the next try, for the
 * history row was not written yet. A script without transactions, tried again, has inserted its seed row seven times.
 */
export const partialApply: Rule = {
	id: 'partial-apply',
	item: null,
	waivable: true,
	severity:
		'warning; notice where the migration only makes new things; blocker where the transaction is never committed',
	why: 'When a statement fails, those before it stay, and a second try runs them again: a retry is not safe.',
	example: {
		of: 'file',
		sql: `DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260301000000_Second') THEN
    INSERT INTO settings (name) VALUES ('theme');
    END IF;
END $EF$;
DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260301000000_Second') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20260301000000_Second', '10.0.3');
    END IF;
END $EF$;`,
		instead:
			'START TRANSACTION before the first block and COMMIT after the last, as EF writes them without --no-transactions.',
	},
	check: (context) => {
		const pending = new Set(context.pendingIds);
		const broken = context.frame.migrations.filter(
			({id, whollyInOneTransaction}) => !whollyInOneTransaction && pending.has(id),
		);
		const ids = broken.map(({id}) => id);
		const [first] = ids;
		return [...(first === undefined ? [] : [objection(first, ids, context)]), ...neverCommitted(context)];
	},
};

/** At the end of the file psql leaves, with exit code 0, and the server rolls an open transaction back. */
function neverCommitted({statements, pendingIds}: ReviewContext): readonly Objection[] {
	const open = statements.reduce<ReviewedStatement | null>((begun, at) => {
		const {inBlock, transactionStep: step} = at.statement;
		if (inBlock || step === null || step === 'savepoint') return begun;
		return step === 'begin' ? (begun ?? at) : null;
	}, null);
	if (open === null || pendingIds.length === 0) return [];
	const line = open.statement.place.line;
	return [
		object(open, {
			severity: 'blocker',
			message: `The transaction that begins at line ${line} is never committed: nothing of it would stay, and psql would not say so.`,
			remedy: 'Is the file cut off? Generate it again; EF ends each transaction with COMMIT;',
		}),
	];
}

function objection(first: string, ids: readonly string[], context: ReviewContext): Objection {
	const more = ids.length > 1 ? ` (and ${ids.length - 1} more)` : '';
	return {
		severity: onlyCreates(new Set(ids), context) ? 'notice' : 'warning',
		migration: first,
		...placeOfMigration(first, context),
		message: `Migration ${first}${more} is not wholly in one transaction: it may land half, and then a retry is not safe.`,
		remedy:
			context.frame.transactions === 'none'
				? 'Generate the script without --no-transactions, with EF Core 5 or later: it then writes START TRANSACTION; before each migration and COMMIT; after it.'
				: 'Move the statement for which EF ends the transaction (suppressTransaction: true) into a migration of its own.',
	};
}

/** Half of a migration that only makes new things disturbs nobody; the retry fails on the first of them, but does no harm. */
function onlyCreates(ids: ReadonlySet<string>, context: ReviewContext): boolean {
	const makerOf = followMakers();
	return context.pending.every(({migration, changes, statement}) => {
		const isAsked = migration !== null && ids.has(migration);
		const harmless = changes.map(({change}) => {
			const maker = makerOf(change, migration);
			return isHistoryChange(change, context.frame) || creates(change) || (maker.table === migration && maker.isSure);
		});
		return !isAsked || (statement.tag !== 'DYNAMIC' && !harmless.includes(false));
	});
}

/**
 * Any other change counts as new on a table of the same migration: a second try stops at the table that is there
 * already, unless that was made with IF NOT EXISTS.
 */
function creates(change: SchemaChange): boolean {
	if (change.kind === 'other') return change.table === null && /^(?:CREATE|COMMENT)\b/u.test(change.tag);
	return creatingKinds.has(change.kind);
}

const creatingKinds: ReadonlySet<SchemaChange['kind']> = new Set([
	'create-table',
	'create-schema',
	'create-enum',
	'create-view',
]);
