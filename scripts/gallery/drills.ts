import type {Drill, DrillReport} from '../../src/domain/drill.ts';
import type {Run, Step} from '../../src/domain/run.ts';
import {noon} from './records.ts';
import type {Scene} from './scene.ts';

/** A drill that ended so, told with the scene's names. */
function drillOf(scene: Scene, kind: Drill['kind']): Drill {
	switch (kind) {
		case 'passed':
			return {kind, ...reportOf(scene, 3100)};
		case 'script-failed':
			return {
				kind,
				...reportOf(scene, 900),
				error: {
					sqlState: '23505',
					message: scene.failure,
					line: 31,
					statement: scene.statements.at(-1)?.sql ?? null,
					mayBeForLackOfRows: false,
				},
			};
		case 'probes-failed':
			return {kind, ...reportOf(scene, 3100), sentences: sentencesOf(scene)};
		case 'rows-differ':
			return {
				kind,
				...reportOf(scene, null),
				tables: scene.largeTables.map((table, index) => ({
					table,
					inManifest: 1_020_000,
					restored: index === 1 ? null : 1_019_998,
				})),
			};
		case 'restore-failed':
			return {
				kind,
				at: noon,
				backup: scene.fileName,
				sentence:
					scene.variant === 'short' ? 'pg_restore: error: could not read from input file: end of file' : scene.failure,
			};
		case 'skipped':
			return {
				kind,
				at: noon,
				reason: 'too-large',
				sentence:
					scene.variant === 'short'
						? 'shop-production has 812 GB, and drill.maxGigabytes lets 20 GB be copied.'
						: scene.reason,
			};
	}
}

function sentencesOf(scene: Scene): readonly string[] {
	return scene.variant === 'short'
		? ['The probe “every order has a customer” was answered with false.']
		: scene.warnings.slice(0, 5);
}

function reportOf(scene: Scene, scriptMs: number | null): DrillReport {
	return {
		at: noon,
		backup: scene.fileName,
		serverVersion: '15.18',
		restoredInMs: 41_000,
		tablesCompared: 12,
		rowsRestored: 1_023_400,
		leftOut:
			scene.variant === 'short'
				? []
				: scene.largeTables.map((name) => ({kind: 'foreign table', name, why: 'It reaches another server.'})),
		scriptMs,
	};
}

const backedUp: readonly Step[] = [
	{name: 'preflight', state: 'done', startedAt: noon, finishedAt: noon + 400, note: null},
	{
		name: 'backup',
		state: 'done',
		startedAt: noon + 400,
		finishedAt: noon + 18_400,
		note: '195.0 MB, read back in full',
	},
];
const drilled: Step = {
	name: 'drill',
	state: 'done',
	startedAt: noon + 18_400,
	finishedAt: noon + 62_600,
	note: null,
};
const applied: Step = {
	name: 'apply',
	state: 'done',
	startedAt: noon + 62_600,
	finishedAt: noon + 66_000,
	note: '2 applied in 3.4 s; the drill took 3.1 s',
};
const verified: Step = {
	name: 'verify',
	state: 'done',
	startedAt: noon + 66_000,
	finishedAt: noon + 66_300,
	note: 'History exactly as expected, changed exactly as rehearsed, no index left invalid',
};

/** A run that is at this step now. */
export function runAtDrill(scene: Scene): Run {
	const note = `restoring ${scene.fileName} to a throw-away server`;
	const steps = [...backedUp, {...drilled, state: 'running', finishedAt: null, note} as const];
	return scene.run({finishedAt: null, outcome: null, report: null, steps});
}

/** A run that applies now, after a drill that passed. */
export function runAtApplyAfterDrill(scene: Scene): Run {
	const steps = [...backedUp, drilled, {...applied, state: 'running', finishedAt: null, note: null} as const];
	return scene.run({finishedAt: null, outcome: null, report: null, drill: drillOf(scene, 'passed'), steps});
}

/** A verified run with this drill behind it. */
export function drilledRun(scene: Scene, kind: 'passed' | 'skipped'): Run {
	const finishedAt = noon + 66_300;
	return scene.run({finishedAt, drill: drillOf(scene, kind), steps: [...backedUp, drilled, applied, verified]});
}

/** A run that its drill ended. */
export function stoppedRun(scene: Scene, kind: Exclude<Drill['kind'], 'passed' | 'skipped'>): Run {
	return scene.run({
		finishedAt: noon + 62_600,
		outcome: 'failed',
		drill: drillOf(scene, kind),
		steps: [...backedUp, {...drilled, state: 'failed', note: scene.failure}],
		report: scene.report({
			landed: 'nothing',
			rerunSafe: true,
			failure: scene.failure,
			landedMigrations: [],
			missingMigrations: scene.pending,
			tables: [],
		}),
	});
}

/** A run that found the target changed, and applied nothing. */
export function movedRun(scene: Scene): Run {
	return scene.run({
		finishedAt: noon + 500,
		outcome: 'moved',
		report: null,
		steps: [
			{
				name: 'preflight',
				state: 'failed',
				startedAt: noon,
				finishedAt: noon + 500,
				note: 'shop-production is not as it was when the script was rehearsed: column public.orders.total: numeric(10,2) is now numeric(12,2).',
			},
		],
	});
}

/** A run that applied everything, and not as it was rehearsed. */
export function otherwiseRun(scene: Scene): Run {
	return scene.run({
		finishedAt: noon + 66_300,
		outcome: 'failed',
		drill: drillOf(scene, 'passed'),
		steps: [...backedUp, drilled, applied, {...verified, state: 'failed', note: null}],
		report: scene.report({
			rerunSafe: true,
			failure:
				scene.variant === 'short'
					? 'The history is as expected, but one change is of the rehearsed change not found so: column public.orders.coupon.'
					: scene.failure,
			difference: differenceOf(scene),
		}),
	});
}

function differenceOf(scene: Scene): string {
	if (scene.variant === 'short') {
		return 'Rehearsed, and not found so:\n@@ column public.orders.coupon @@\n-text NOT NULL\n+integer NOT NULL';
	}
	return scene.statements.map(({migration, sql}) => `@@ table ${migration} @@\n-${sql}\n+${sql}`).join('\n');
}
