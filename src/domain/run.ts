import type {Drill} from './drill.ts';
import {type CatalogObject, type DeltaEntry, schemaDelta} from './schema-delta.ts';
import type {FrameMigration} from './script/ef-frame.ts';
import type {Survey} from './survey.ts';

export const stepNames = ['preflight', 'backup', 'drill', 'apply', 'verify'] as const;

export type StepName = (typeof stepNames)[number];

export type StepState = 'running' | 'done' | 'failed' | 'dropped';

/** One step of a run; times are epoch milliseconds. */
export interface Step {
	readonly name: StepName;
	readonly state: StepState;
	readonly startedAt: number;
	readonly finishedAt: number | null;
	/** One sentence for people: what it found, wrote or failed on. */
	readonly note: string | null;
}

export type RunOutcome = 'verified' | 'failed' | 'held' | 'moved';

/** One execution of an approved request. */
export interface Run {
	readonly id: number;
	/** Rises with every claim: a worker that lost its claim cannot write any more. */
	readonly epoch: number;
	readonly worker: string;
	/** Epoch milliseconds by the record's clock. */
	readonly leaseUntil: number;
	readonly startedAt: number;
	readonly finishedAt: number | null;
	readonly outcome: RunOutcome | null;
	readonly cancelAskedBy: string | null;
	readonly steps: readonly Step[];
	/** Ids that the history held right before apply, null before that moment. */
	readonly appliedBefore: readonly string[] | null;
	/** Indexes that were invalid right before apply: not this run's doing. */
	readonly invalidBefore: readonly string[] | null;
	/** What verification compares with. */
	readonly surveyBefore: Survey | null;
	/** Null until one was done or skipped. */
	readonly drill?: Drill | null;
	readonly report: RunReport | null;
}

/** A table of any schema but the system's. */
export interface CatalogTable {
	readonly schema: string;
	readonly name: string;
	/** Planner's estimate, partitions summed; -1 where the table was never analysed. */
	readonly estimatedRows: number;
}

const tableKinds: readonly string[] = ['table', 'foreign table'];

/**
 * Tables that came, went or changed between two looks at one database: `created shop.orders`, `renamed shop.a to shop.b`.
 * With a table changes what belongs to it: columns, constraints, indexes, triggers, policies, grants, comments.
 */
export function touchedTables(before: readonly CatalogObject[], after: readonly CatalogObject[]): readonly string[] {
	const delta = schemaDelta(before, after);
	const tables = delta.filter(({kind}) => tableKinds.includes(kind));
	const created = tables.flatMap((entry) => (entry.before === null ? nameOf(entry) : []));
	const dropped = tables.flatMap((entry) => (entry.after === null ? nameOf(entry) : []));
	const lasting = tables.filter((entry) => entry.before !== null && entry.after !== null);
	const renamed = lasting.filter((entry) => entry.before?.identity !== entry.after?.identity);
	const renamedNow = new Set(renamed.flatMap(nameOf));
	const changed = new Set([
		...lasting.filter((entry) => entry.before?.definition !== entry.after?.definition).flatMap(nameOf),
		...delta.flatMap((entry) =>
			entry.of === null || (renamedNow.has(entry.of) && isOnlyMoved(entry)) ? [] : [entry.of],
		),
	]);
	const known = new Set([...created, ...dropped]);
	const altered = after
		.filter(({kind, identity}) => tableKinds.includes(kind) && changed.has(identity) && !known.has(identity))
		.map(({identity}) => identity);
	return [
		...created.map((name) => `created ${name}`),
		...renamed.map((entry) => `renamed ${entry.before?.identity} to ${entry.after?.identity}`),
		...altered.map((name) => `altered ${name}`),
		...dropped.map((name) => `dropped ${name}`),
	];
}

/** These name their table in their definitions. */
const kindsThatNameTheirTable: readonly string[] = ['index', 'trigger', 'rule', 'statistics'];

/** What belongs to a renamed table has another name with it. */
function isOnlyMoved({kind, before, after}: DeltaEntry): boolean {
	if (before === null || after === null) return false;
	return before.definition === after.definition || kindsThatNameTheirTable.includes(kind);
}

function nameOf({before, after}: DeltaEntry): readonly string[] {
	const identity = (after ?? before)?.identity;
	return identity === undefined ? [] : [identity];
}

/** What is true after a run, for the thread and for the lead. */
export interface RunReport {
	readonly landed: Landed;
	/** Pending migrations that the history holds now. */
	readonly landedMigrations: readonly string[];
	readonly missingMigrations: readonly string[];
	readonly rerunSafe: boolean;
	/** What went wrong, in a sentence or two; null after a verified run. */
	readonly failure: string | null;
	readonly warnings: readonly string[];
	/** Tables that the run created, altered or dropped, as `created shop.orders`. */
	readonly tables: readonly string[];
	/** Every table of the target after the run, as `shop.orders`, for the file in the thread. */
	readonly allTables: readonly string[];
	/** The last rows of the history table, newest first. */
	readonly lastHistory: readonly {readonly migrationId: string; readonly productVersion: string}[];
	readonly output: string;
	/**
	 * How the change that was made differs from the one that was rehearsed, as a diff for the thread's file; of a run that
	 * landed in part, what of the rehearsed change is not there. Null where nothing differs or nothing was rehearsed.
	 */
	readonly difference?: string | null;
}

export type Landed = 'nothing' | 'everything' | 'part' | 'unknown';

export interface Assessment {
	readonly landed: Landed;
	readonly landedMigrations: readonly string[];
	readonly missingMigrations: readonly string[];
	/**
	 * True only where every migration still missing lies wholly in one transaction and the history stands at a
	 * migration's boundary: EF's guard is per migration, so half of one cannot be run again.
	 */
	readonly rerunSafe: boolean;
	readonly sentence: string;
}

/** What psql has done, told by the server's history and not by an exit code. `after` null: no history table. */
export function assessApply(state: {
	readonly pending: readonly FrameMigration[];
	readonly before: readonly string[];
	readonly expected: readonly string[];
	readonly after: readonly string[] | null;
	/** False where the fence refused before the first byte of the script. */
	readonly begun: boolean;
}): Assessment {
	const after = state.after ?? [];
	const changed = symmetricDifference(state.before, after);
	const landedMigrations = state.pending.filter(({id}) => changed.has(id)).map(({id}) => id);
	const missing = state.pending.filter(({id}) => !changed.has(id));
	const missingMigrations = missing.map(({id}) => id);
	const strangers = [...changed].filter((id) => !state.pending.some((migration) => migration.id === id));
	const common = {landedMigrations, missingMigrations};
	if (strangers.length > 0) {
		return {
			...common,
			landed: 'unknown',
			rerunSafe: false,
			sentence: `The history changed in a way this script cannot explain: ${strangers.join(', ')}.`,
		};
	}
	if (missing.length === 0 && sameIds(after, state.expected)) {
		return {
			...common,
			landed: 'everything',
			rerunSafe: true,
			sentence: 'The history names every pending migration as applied.',
		};
	}
	const boundary = missing.every((migration) => migration.whollyInOneTransaction);
	if (!boundary && (state.begun || landedMigrations.length > 0)) {
		return {
			...common,
			landed: landedMigrations.length > 0 ? 'part' : 'unknown',
			rerunSafe: false,
			sentence: `${first(missingMigrations)} does not run in one transaction: statements of it may have landed although the history does not name it.`,
		};
	}
	if (landedMigrations.length === 0) {
		const why = state.begun
			? 'the history is as it was, and every pending migration is one transaction'
			: 'the script was not begun';
		return {...common, landed: 'nothing', rerunSafe: true, sentence: `Nothing landed: ${why}.`};
	}
	return {
		...common,
		landed: 'part',
		rerunSafe: true,
		sentence: `${landedMigrations.length} of ${state.pending.length} migrations landed; the rest rolled back whole.`,
	};
}

function first(ids: readonly string[]): string {
	return ids[0] ?? 'A pending migration';
}

function symmetricDifference(a: readonly string[], b: readonly string[]): ReadonlySet<string> {
	const left = new Set(a);
	const right = new Set(b);
	return new Set([...a.filter((id) => !right.has(id)), ...b.filter((id) => !left.has(id))]);
}

function sameIds(a: readonly string[], b: readonly string[]): boolean {
	const left = new Set(a);
	return left.size === new Set(b).size && b.every((id) => left.has(id));
}

/** psql may be tried again after a lock timeout only where a retry cannot apply anything twice. */
export function mayRetryAfterLockTimeout(assessment: Assessment, attempt: number, attempts: number): boolean {
	return attempt < attempts && assessment.rerunSafe && assessment.landed !== 'unknown';
}

/** Milliseconds before the next try: doubling from half a second, with jitter in [0, 1) so that two workers part ways. */
export function retryDelay(attempt: number, jitter: number): number {
	return Math.round(500 * 2 ** Math.min(attempt, 6) * (0.5 + jitter));
}
