import {historyIdOf, historyOf} from '../../script/ef-frame.ts';
import {sameTable} from '../../script/schema-change.ts';
import {guardText, placeOfMigration} from '../migration-place.ts';
import type {ReviewContext, ReviewedStatement} from '../review-context.ts';
import {object, type Objection, type Rule} from '../rule.ts';

/** EF ends each migration with its own row in the history, under its own guard; everything else is edited by hand. */
export const guardMismatch: Rule = {
	id: 'guard-mismatch',
	item: null,
	waivable: false,
	severity: 'blocker',
	why: 'The history would say something else than what ran: the next script would skip a migration or run one twice.',
	example: {
		of: 'file',
		sql: `DO $EF$
BEGIN
    IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '20260301000000_Second') THEN
    INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")
    VALUES ('20260401000000_Third', '10.0.3');
    END IF;
END $EF$;`,
		instead:
			'Leave guards and history rows as EF writes them: each migration ends with its own row under its own guard.',
	},
	check: (context) => {
		const own = statementsById(context);
		const split = splitMigrations(context);
		return context.pendingIds.flatMap((id) => mismatches(id, own.get(id) ?? [], split.get(id) ?? null, context));
	},
};

const remedy =
	'Generate the script again with `dotnet ef migrations script --idempotent`; do not edit guards or history rows.';

function mismatches(
	id: string,
	own: readonly ReviewedStatement[],
	split: Objection | null,
	context: ReviewContext,
): readonly Objection[] {
	const writes = own.filter((at) => writtenId(at, context) !== null);
	const foreign = writes.filter((at) => writtenId(at, context) !== id);
	if (foreign.length > 0) return foreign.map((at) => blocker(at, foreignMessage(id, at, context)));
	const [first, second] = writes;
	if (first === undefined) return [missing(id, context)];
	if (second !== undefined) return [blocker(second, `The history row of ${id} is written twice.`)];
	if (first.statement.conditions.length > 0) {
		return [
			blocker(
				first,
				`The history row of ${id} is written only under a condition of its own (${first.statement.conditions.join(', ')}).`,
			),
		];
	}
	const after = own.slice(own.indexOf(first) + 1).find((at) => doesSomething(at));
	if (after !== undefined) return [blocker(after, `It runs after the history row of its migration ${id}.`)];
	return split === null ? [] : [split];
}

function blocker(at: ReviewedStatement, message: string): Objection {
	return object(at, {severity: 'blocker', message, remedy});
}

function doesSomething({statement}: ReviewedStatement): boolean {
	const {changes, calls, tag, foreignLanguage} = statement;
	return changes.length > 0 || calls.length > 0 || tag === 'DYNAMIC' || foreignLanguage !== null;
}

function statementsById({pending}: ReviewContext): ReadonlyMap<string, readonly ReviewedStatement[]> {
	const statements = new Map<string, ReviewedStatement[]>();
	for (const at of pending) {
		const same = statements.get(at.migration ?? '');
		if (same === undefined) statements.set(at.migration ?? '', [at]);
		else same.push(at);
	}
	return statements;
}

/** EF writes all blocks of a migration after each other: one id in two places of the file is two migrations, or none. */
function splitMigrations({script, frame}: ReviewContext): ReadonlyMap<string, Objection> {
	const split = new Map<string, Objection>();
	const seen = new Set<string>();
	const history = historyOf(frame);
	let previous: string | null = null;
	for (const guard of script.guards) {
		if (!sameTable(guard.table, history) || guard.column !== frame.historyColumn) continue;
		const {id, place} = guard;
		if (id !== previous && seen.has(id) && !split.has(id)) {
			const message = `The guard of ${id} stands in two places of the file, with ${previous ?? ''} in between.`;
			split.set(id, {severity: 'blocker', migration: id, place, statement: guardText(guard), message, remedy});
		}
		seen.add(id);
		previous = id;
	}
	return split;
}

/** The id that the statement writes into the history in the script's direction. */
function writtenId({statement}: ReviewedStatement, {frame}: ReviewContext): string | null {
	const operation = frame.direction === 'up' ? 'insert' : 'delete';
	if (statement.historyWrite?.operation !== operation) return null;
	return historyIdOf(statement, historyOf(frame), frame.historyColumn);
}

function foreignMessage(id: string, at: ReviewedStatement, context: ReviewContext): string {
	const verb = context.frame.direction === 'up' ? 'inserts' : 'deletes';
	return `The guard asks for ${id}, but the history statement under it ${verb} ${writtenId(at, context) ?? ''}.`;
}

function missing(id: string, context: ReviewContext): Objection {
	const verb = context.frame.direction === 'up' ? 'inserts' : 'deletes';
	const message = `Nothing ${verb} the history row of ${id}.`;
	return {severity: 'blocker', migration: id, ...placeOfMigration(id, context), message, remedy};
}
