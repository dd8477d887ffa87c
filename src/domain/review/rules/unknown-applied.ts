import {appliedHistory, isFromScript, oldestFirst} from '../applied-history.ts';
import {placeOfMigration} from '../migration-place.ts';
import type {ReviewContext, ReviewedTarget} from '../review-context.ts';
import type {Objection, Rule} from '../rule.ts';
import {listText} from '../sql-text.ts';

/** A script without them comes from an older checkout, from a stale build (`--no-build`), or from another branch. */
export const unknownApplied: Rule = {
	id: 'unknown-applied',
	item: null,
	waivable: true,
	severity: "warning where they are newer than the script's own, with a second approver; else notice",
	why: 'The target is ahead of the code that the script was made from: what comes now was never tried on top of that schema.',
	example: {
		of: 'file',
		sql: '-- on a target that has 20260401000000_Third, which the script lacks\nDO $EF$\nBEGIN\n    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = \'20260301000000_Second\') THEN\n    ALTER TABLE orders ADD note text;\n    END IF;\nEND $EF$;',
		instead: 'Bring the branch up to date, build, and generate the script again.',
	},
	check: (context) => {
		const {target, frame} = context;
		if (target === null) return [];
		return frame.direction === 'up' ? aheadOf(target, context) : leftOnTop(target, context);
	},
};

function aheadOf(target: ReviewedTarget, context: ReviewContext): readonly Objection[] {
	const inScript = new Set(context.frame.migrations.map(({id}) => id));
	const ids = [...inScript].toSorted(oldestFirst);
	const [oldest = ''] = ids;
	const newest = ids.at(-1) ?? '';
	const isFrom = isFromScript(context);
	// A script from the middle does not hold what stands before it.
	const unknown = appliedHistory(target, context.frame).filter(({id}) => !inScript.has(id) && !(isFrom && id < oldest));
	const newer = unknown.filter(({id, isOwn}) => isOwn && id > newest).map(({id}) => id);
	const rest = unknown.filter(({id, isOwn}) => !isOwn || id < newest);
	const remedy =
		'Bring the branch up to date, build, and generate the script again: `dotnet ef migrations script --idempotent -o migration.sql` (without --no-build).';
	const warning = {severity: 'warning' as const, destructive: true, remedy};
	return [
		...about(
			newer,
			newest,
			{...warning, message: `The target has newer migrations than the script: ${listText(newer)}.`},
			context,
		),
		...about(
			rest.map(({id}) => id),
			newest,
			{severity: 'notice', message: restMessage(rest), remedy},
			context,
		),
	];
}

function restMessage(rest: readonly {readonly id: string; readonly isOwn: boolean}[]): string {
	const ids = listText(rest.map(({id}) => id));
	const doubt = rest.every(({isOwn}) => isOwn)
		? ''
		: ', which may be those of another app that shares its history table';
	return `The target has migrations that the script lacks: ${ids}${doubt}.`;
}

/** What stays applied above the migrations that are taken away below it. */
function leftOnTop(target: ReviewedTarget, context: ReviewContext): readonly Objection[] {
	const oldest = context.pendingIds.toSorted(oldestFirst)[0];
	if (oldest === undefined) return [];
	const reverted = new Set(context.pendingIds);
	const left = appliedHistory(target, context.frame).filter(({id}) => id > oldest && !reverted.has(id));
	const own = left.filter(({isOwn}) => isOwn).map(({id}) => id);
	const doubtful = left.filter(({isOwn}) => !isOwn);
	const remedy =
		'Revert the newer ones first, or with it: give the script FROM the newest migration that the target has.';
	const message = `It reverts ${oldest}, and newer migrations stay applied: ${listText(own)}.`;
	return [
		...about(own, oldest, {severity: 'warning', destructive: true, message, remedy}, context),
		...about(
			doubtful.map(({id}) => id),
			oldest,
			{severity: 'notice', message: restMessage(doubtful), remedy},
			context,
		),
	];
}

function about(
	ids: readonly string[],
	migration: string,
	judgement: Pick<Objection, 'severity' | 'destructive' | 'message' | 'remedy'>,
	context: ReviewContext,
): readonly Objection[] {
	if (ids.length === 0) return [];
	return [{migration: null, ...placeOfMigration(migration, context), ...judgement}];
}
