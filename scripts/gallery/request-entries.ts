import {requestMessage} from '../../src/adapters/slack/views/message/request-message.ts';
import {showMessage} from '../../src/adapters/slack/views/board/show.ts';
import {drillSentence} from '../../src/domain/drill.ts';
import type {Hold, MigrationRequest} from '../../src/domain/request.ts';
import type {Run, Step} from '../../src/domain/run.ts';
import type {RequestRecord} from '../../src/operations/ports/record.ts';
import {drilledRun, movedRun, otherwiseRun, runAtApplyAfterDrill, runAtDrill, stoppedRun} from './drills.ts';
import {ephemerals, messages, type ViewEntry} from './entry.ts';
import {dana, digest, lena, noon, omar, priya, run, sha256} from './records.ts';
import {rehearsalOf} from './rehearsals.ts';
import {type Scene, waiverGiver} from './scene.ts';
import {scenes} from './scenes.ts';

type RecordOf = (scene: Scene) => RequestRecord;

/** Every state that the request's one message can show, with the record that it is made of. */
const states = {
	'waiting for its review': (scene) => scene.record({state: 'submitted', review: null, reviewDigest: null}),
	'review held': (scene) => scene.record({state: 'submitted', review: null, reviewDigest: null, hold: holdOf(scene)}),
	'being reviewed': (scene) => scene.record({state: 'reviewing', review: null, reviewDigest: null}),
	'in review, to agree': (scene) => scene.record({review: scene.review('notices')}),
	'in review, to agree and answer': (scene) => scene.record({review: scene.review('warnings')}),
	'in review, to answer': (scene) => {
		const review = scene.review('warnings', 'notices');
		const doubtful = new Set(review.findings.map(({item}) => item));
		return scene.record({review}, {answers: scene.answers(review).filter(({item}) => !doubtful.has(item))});
	},
	'in review, blocked for good': (scene) => answered(scene, scene.review('faults', 'warnings')),
	'in review, blocked, may be waived': (scene) => answered(scene, scene.review('blockers', 'warnings')),
	'in review, to approve': (scene) => answered(scene, scene.review()),
	'in review, to approve with findings': (scene) => answered(scene, scene.review('warnings')),
	'in review, waived, to approve': (scene) => {
		const record = answered(scene, scene.review('blockers'));
		return {...record, waivers: waiversOf(scene, record)};
	},
	'in review, second approval': (scene) => ({
		...answered(scene, {...scene.review('warnings'), destructive: true}),
		approvals: scene.approvals(1),
	}),
	'in review, approvers called': (scene) => ({
		...answered(scene, scene.review()),
		calls: [{reviewDigest: digest, kind: 'asked', person: dana, called: [priya, omar], at: noon}],
	}),
	'in review, names from right to left': (scene) =>
		scene.record({
			app: 'חנות',
			version: '2.4.0',
			target: 'ייצור',
			summary: 'قسائم الخصم: رمز لكل طلب (v2).',
			review: scene.review('notices'),
		}),
	'in review, takes migrations back': (scene) =>
		answered(scene, {...scene.review(), direction: 'down', destructive: true}),
	'in review, a newer script': (scene) => ({
		...answered(scene, scene.review()),
		replaced: [
			{
				version: '2.3.9',
				summary: scene.summary,
				scriptSha256: sha256,
				scriptName: scene.scriptName,
				approved: true,
				person: dana,
				at: noon,
			},
		],
	}),
	'in review, rehearsed': (scene) => ({
		...answered(scene, scene.review()),
		rehearsal: rehearsalOf(scene, 'passed'),
	}),
	'in review, the rehearsal stopped': (scene) => ({
		...answered(scene, scene.review('blockers')),
		rehearsal: rehearsalOf(scene, 'failed'),
	}),
	'in review, the rehearsal’s second run changed something': (scene) => ({
		...answered(scene, scene.review('faults')),
		rehearsal: rehearsalOf(scene, 'not-idempotent'),
	}),
	'in review, not rehearsed': (scene) => ({
		...answered(scene, scene.review('blockers')),
		rehearsal: rehearsalOf(scene, 'impossible'),
	}),
	'reviewed again, the target changed': (scene) => ({
		...approved(scene, {state: 'reviewing'}),
		rehearsal: rehearsalOf(scene, 'passed'),
	}),
	'approved, reviewed again and found the same': (scene) => ({
		...approved(scene, {reviewedAt: noon + 60_000, startDueAt: noon}),
		rehearsal: rehearsalOf(scene, 'passed'),
		runs: [movedRun(scene)],
	}),
	'in review, reviewed again and found otherwise': (scene) => ({
		...answered(scene, scene.review('warnings')),
		approvals: scene.approvals(1).map((approval) => ({
			...approval,
			reviewDigest: 'c'.repeat(64),
			voidedBecause: 'the review found something else than what was approved',
		})),
		rehearsal: rehearsalOf(scene, 'passed'),
		runs: [movedRun(scene)],
	}),
	'sent back for changes': (scene) => scene.record({state: 'changes-requested', reason: scene.reason}),
	'approved, to start by hand': (scene) => approved(scene, {}),
	'approved, starts at a time': (scene) =>
		approved(scene, {start: {kind: 'at', at: noon + 36_000_000}, startDueAt: noon + 36_000_000}),
	'approved, starts at once': (scene) => approved(scene, {start: {kind: 'at-once'}, startDueAt: noon}),
	'approved, to share a backup': (scene) => ({
		...approved(scene, {}),
		lastBackup: {
			request: 11,
			fileName: scene.fileName,
			finishedAt: noon - 5_400_000,
			written: {rows: 12_040, at: noon},
		},
	}),
	'approved, held': (scene) => approved(scene, {startDueAt: noon, hold: holdOf(scene)}),
	'running, preflight': (scene) => running(scene, 'preflight'),
	'running, backup': (scene) => running(scene, 'backup'),
	'running, drill': (scene) => withRun(approved(scene, {state: 'running'}), runAtDrill(scene), scene),
	'running, apply after a drill': (scene) =>
		withRun(approved(scene, {state: 'running'}), runAtApplyAfterDrill(scene), scene),
	'running, apply': (scene) => running(scene, 'apply'),
	'running, verify': (scene) => running(scene, 'verify'),
	'running, to be cancelled': (scene) => running(scene, 'apply', lena),
	verified: (scene) => ({
		...approved(scene, {state: 'verified'}),
		runs: [scene.run()],
		backups: [scene.backup()],
	}),
	'verified after a drill': (scene) =>
		withRun(approved(scene, {state: 'verified'}), drilledRun(scene, 'passed'), scene),
	'verified without a drill': (scene) =>
		withRun(approved(scene, {state: 'verified'}), drilledRun(scene, 'skipped'), scene),
	'verified, nothing to do': (scene) =>
		scene.record({
			state: 'verified',
			review: {...scene.review(), pending: []},
			reason: 'Every migration of this script is in the history already.',
		}),
	'stopped by its drill, a row': (scene) => stoppedRecord(scene, 'script-failed'),
	'stopped by its drill, a probe': (scene) => stoppedRecord(scene, 'probes-failed'),
	'stopped by its drill, other rows restored': (scene) => stoppedRecord(scene, 'rows-differ'),
	'stopped by its drill, no restore': (scene) => stoppedRecord(scene, 'restore-failed'),
	'failed, made otherwise than rehearsed': (scene) =>
		withRun({...failedRecord(scene, true)}, otherwiseRun(scene), scene),
	'failed, a re-run is safe': (scene) => failedRecord(scene, true),
	'failed, a re-run is not safe': (scene) => failedRecord(scene, false),
	'failed, nobody knows what landed': (scene) => ({
		...failedRecord(scene, false),
		runs: [
			scene.run({
				outcome: 'failed',
				steps: failedSteps,
				report: scene.report({
					landed: 'unknown',
					rerunSafe: false,
					failure: scene.failure,
					landedMigrations: [],
					missingMigrations: scene.pending,
				}),
			}),
		],
	}),
	'failed, without a report': (scene) => ({
		...failedRecord(scene, false),
		runs: [scene.run({outcome: 'failed', steps: failedSteps, report: null})],
	}),
	withdrawn: (scene) => scene.record({state: 'withdrawn'}),
	rejected: (scene) => scene.record({state: 'rejected', review: null, reviewDigest: null, reason: scene.failure}),
	'closed by the lead': (scene) => ({...failedRecord(scene, false, {state: 'closed', reason: scene.reason})}),
	'a first stage, in review': (scene) =>
		staged(answered(scene, scene.review()), [
			{number: 12, target: 'shop-staging', state: 'in-review', scriptSha256: sha256},
			{number: 13, target: scene.targetName, state: 'in-review', scriptSha256: sha256},
		]),
	'a later stage, waits for the first': (scene) =>
		staged(approved(scene, {follows: 11}), [
			{number: 11, target: 'shop-staging', state: 'running', scriptSha256: sha256},
			{number: 12, target: scene.targetName, state: 'approved', scriptSha256: sha256},
		]),
	'a later stage, the first has failed': (scene) =>
		staged(approved(scene, {follows: 11}), [
			{number: 11, target: 'shop-staging', state: 'failed', scriptSha256: sha256},
			{number: 12, target: scene.targetName, state: 'approved', scriptSha256: sha256},
		]),
	'a later stage, the first is verified': (scene) =>
		staged(approved(scene, {follows: 11}), [
			{number: 11, target: 'shop-staging', state: 'verified', scriptSha256: sha256},
			{number: 12, target: scene.targetName, state: 'approved', scriptSha256: sha256},
		]),
} satisfies Readonly<Record<string, RecordOf>>;

export type StateName = keyof typeof states;

/** The record behind an entry of the request's message. */
export function recordIn(scene: Scene, state: StateName): RequestRecord {
	return states[state](scene);
}

export function requestEntries(): readonly ViewEntry[] {
	return [
		...Object.entries(states).flatMap(([state, recordOf]) =>
			messages(requestMessage, `Request message: ${state}`, (scene) => [recordOf(scene), targetFor(scene, state)]),
		),
		...ephemerals(showMessage, 'Show: in review, to approve', (scene) => [
			answered(scene, scene.review('warnings')),
			scene.target,
		]),
	];
}

/** The records behind the entries of the request's message: what the tests ask whether a state was forgotten. */
export function requestScenes(): readonly {readonly record: RequestRecord; readonly scene: Scene}[] {
	return scenes.flatMap((scene) => Object.values(states).map((recordOf) => ({record: recordOf(scene), scene})));
}

/** A later stage belongs to a target that comes after another; a backup is shared where the configuration says so. */
function targetFor(scene: Scene, state: string): Scene['target'] {
	if (state.endsWith('to share a backup')) {
		return {...scene.target, backup: {...scene.target.backup, reuseWithinMs: 4 * 3_600_000}};
	}
	if (!state.startsWith('a later stage')) return scene.target;
	return {...scene.target, after: 'shop-staging', policy: {...scene.target.policy, onlyVerifiedBytes: true}};
}

function holdOf({reason, variant}: Scene): Hold {
	return {
		reason: variant === 'short' ? '212 sessions are active on the target, at most 150 may be.' : reason,
		until: noon + 300_000,
	};
}

function answered(scene: Scene, review: NonNullable<MigrationRequest['review']>): RequestRecord {
	return scene.record({review}, {answers: scene.answers(review)});
}

function waiversOf({reason}: Scene, {request}: RequestRecord): RequestRecord['waivers'] {
	const rules = new Set((request.review?.findings ?? []).map(({rule}) => rule));
	return [...rules].map((rule) => ({rule, person: waiverGiver, reason, reviewDigest: digest}));
}

function approved(scene: Scene, request: Partial<MigrationRequest>): RequestRecord {
	const record = answered(scene, scene.review('notices'));
	return {
		...record,
		request: {...record.request, state: 'approved', approvedAt: noon, ...request},
		approvals: scene.approvals(1),
	};
}

function running(scene: Scene, step: Step['name'], cancelAskedBy: string | null = null): RequestRecord {
	const {steps} = run();
	const at = steps.findIndex(({name}) => name === step);
	const begun = steps
		.slice(0, at + 1)
		.map((each, index): Step => (index < at ? each : {...each, state: 'running', finishedAt: null, note: null}));
	return {
		...approved(scene, {state: 'running'}),
		runs: [scene.run({finishedAt: null, outcome: null, report: null, steps: begun, cancelAskedBy})],
		backups: at > 1 ? [scene.backup()] : [],
	};
}

const failedSteps: readonly Step[] = run().steps.flatMap((step): readonly Step[] => {
	if (step.name === 'verify') return [];
	return [step.name === 'apply' ? {...step, state: 'failed', note: 'psql ended with 3'} : step];
});

export function failedRecord(scene: Scene, rerunSafe: boolean, request: Partial<MigrationRequest> = {}): RequestRecord {
	const half = Math.ceil(scene.pending.length / 2);
	const report = scene.report({
		landed: 'part',
		landedMigrations: scene.pending.slice(0, half),
		missingMigrations: scene.pending.slice(half),
		rerunSafe,
		failure: scene.failure,
	});
	return {
		...approved(scene, {state: 'failed', ...request}),
		runs: [scene.run({outcome: 'failed', steps: failedSteps, report})],
		backups: [scene.backup()],
		escalations: [escalationOf(scene)],
	};
}

/** A request that its drill stopped before the target was touched. */
export function stoppedRecord(scene: Scene, kind: Parameters<typeof stoppedRun>[1]): RequestRecord {
	const run = stoppedRun(scene, kind);
	const sentence = run.drill == null ? scene.failure : drillSentence(run.drill);
	return {...withRun(failedRecord(scene, true), run, scene), escalations: [{...escalationOf(scene), sentence}]};
}

function withRun(record: RequestRecord, run: Run, scene: Scene): RequestRecord {
	return {...record, runs: [run], backups: [scene.backup()]};
}

export function escalationOf(scene: Scene): RequestRecord['escalations'][number] {
	return {
		id: 7,
		openedAt: noon,
		sentence:
			scene.variant === 'short'
				? `1 of 2 migrations landed; the rest rolled back whole. ${scene.failure}`
				: scene.failure,
		pings: 3,
		nextPingAt: noon + 600_000,
		acknowledgedBy: null,
		acknowledgedAt: null,
	};
}

function staged(record: RequestRecord, stages: RequestRecord['stages']): RequestRecord {
	return {...record, stages};
}
