import {appliedHistory, isFromScript, oldestFirst} from '../applied-history.ts';
import {placeOfMigration} from '../migration-place.ts';
import type {ReviewContext, ReviewedTarget} from '../review-context.ts';
import type {Objection, Rule} from '../rule.ts';

/** EF documentation, "Applying Migrations", SQL scripts: FROM "should be the last migration applied to the database". */
export const missingPredecessor: Rule = {
	id: 'missing-predecessor',
	item: null,
	waivable: true,
	severity: "blocker; warning where the app's earlier migrations are not known",
	why: 'A script from the middle builds on what stands before it: without that it fails, or leaves a schema that no model describes and a history with a hole.',
	example: {
		of: 'file',
		sql: '-- dotnet ef migrations script 20260301000000_Second --idempotent, on a target that has only 20260201000000_First\nDO $EF$\nBEGIN\n    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = \'20260401000000_Third\') THEN\n    ALTER TABLE orders ADD note text;\n    END IF;\nEND $EF$;',
		instead:
			'Generate the script from the migration that the target has, or without FROM: an idempotent script skips what is there.',
	},
	check: (context) => {
		const {target, pendingIds, frame} = context;
		const [first] = pendingIds;
		if (target === null || first === undefined || !isFromScript(context)) return [];
		// The migration before it stands in the script and is applied.
		if (frame.migrations[0]?.id !== first) return [];
		return judge(first, target, context);
	},
};

function judge(first: string, target: ReviewedTarget, context: ReviewContext): readonly Objection[] {
	const {frame} = context;
	const applied = appliedHistory(target, frame);
	const own = applied.filter(({isOwn}) => isOwn);
	const history = new Set(target.historyIds);
	const inScript = new Set(frame.migrations.map(({id}) => id));
	const before = (target.knownIds?.own ?? []).filter((id) => id < first && !inScript.has(id)).toSorted(oldestFirst);
	const nearest = before.at(-1);
	const missing = before.findLast((id) => !history.has(id));
	if (missing !== undefined) {
		const named = missing === nearest ? missing : `${missing}, which comes before ${nearest ?? ''}`;
		return [objection('blocker', first, `The script begins with ${first}, but the target lacks ${named}.`, context)];
	}
	if (applied.length === 0) {
		return [
			objection('blocker', first, `The script begins with ${first}, but the target has no migration at all.`, context),
		];
	}
	if (nearest !== undefined || applied.some(({id}) => inScript.has(id))) return [];
	const newest = own.at(-1)?.id;
	const has =
		newest === undefined ? 'no migration that is known to be of this app' : `${newest} as its newest migration`;
	const message = `The script begins with ${first}; the target has ${has}, and whether anything belongs in between is not known.`;
	return [objection('warning', first, message, context)];
}

function objection(severity: 'blocker' | 'warning', first: string, message: string, context: ReviewContext): Objection {
	return {
		severity,
		migration: first,
		...placeOfMigration(first, context),
		message,
		remedy:
			'Generate the whole script, which skips what the target has: `dotnet ef migrations script --idempotent -o migration.sql`; or give the last applied migration as FROM.',
	};
}
