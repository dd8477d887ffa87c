import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {demandedBefore, goesOn} from '../../domain/stage.ts';
import {judgeStageOrder} from '../../domain/stage-order.ts';
import type {Target} from '../../domain/target.ts';
import {announce, type Done} from '../decide.ts';
import {type AskedStage, newerScript, planStages, type StagePlan, type SubmittedScript} from '../stages/plan-stages.ts';
import {readScriptFor} from './read-request-script.ts';
import {type Linked, replaceLinked} from './replace-linked.ts';
import {findTarget, lookUpMember} from '../target-people.ts';
import {type Submitted, submittedSentence, type WaitsForOther} from './tell-submission.ts';
import type {World} from '../world.ts';

export interface OpenRequest extends SubmittedScript {
	/** One, or several in the order of their stages: a linked request for each. */
	readonly targets: readonly string[];
	/** The same for every delivery of one submission: it opens its requests once. */
	readonly submissionKey: string;
}

/** Each time somebody else was quicker, one submission got through. */
const attempts = 10;

/**
 * Opens a migration request for each stage, or says why not before anything is written. Where a request of the same app
 * and history table is open already, the newer script takes its place in that request's own message.
 */
export async function openRequest(world: World, ask: OpenRequest): Promise<Done | Refusal> {
	const stages = await askedStages(world, ask);
	if (isRefusal(stages)) return stages;
	for (let attempt = 0; attempt < attempts; attempt++) {
		const plans = await planStages(world, ask, stages);
		if (isRefusal(plans)) return plans;
		const linked = await linkedWith(world, ask, stages, plans);
		if (isRefusal(linked)) return linked;
		const numbers = await write(world, plans, linked);
		if (numbers === null) continue;
		const submitted = plans.map((plan, index) => ({...plan, number: numbers[index] ?? 0}));
		const heard = await announceAll(world, submitted, linked);
		const waits = await waitsForOthers(world, ask, submitted, linked);
		return {kind: 'done', sentence: submittedSentence({...ask, submitted, linked, waits, heard})};
	}
	return refuse(
		'stale-view',
		`Others are requesting migrations of ${ask.app} right now. Look at what there is with \`/migrate list\` and try again.`,
	);
}

/** The targets with the script read for each: everything that does not depend on what is open. */
async function askedStages(world: World, ask: OpenRequest): Promise<readonly AskedStage[] | Refusal> {
	const targets: Target[] = [];
	for (const name of ask.targets) {
		const target = findTarget(world, name);
		if (isRefusal(target)) return target;
		targets.push(target);
	}
	const order = judgeStageOrder(targets, world.settings.targets);
	if (order !== 'fine') return order;
	const strict = ask.start.kind === 'at-once' ? targets.find(({policy}) => !policy.startAtOnceAllowed) : undefined;
	if (strict !== undefined) {
		return refuse(
			'start-not-allowed',
			`${strict.name} does not allow a start at once after approval. Choose “a person clicks Run now”, or a time.`,
		);
	}
	const requester = await lookUpMember(world, ask.requester, 'request a migration');
	if (isRefusal(requester)) return requester;
	const stages: AskedStage[] = [];
	for (const [index, target] of targets.entries()) {
		const read = await readScriptFor(world, target, ask.app, ask.script.bytes);
		if (isRefusal(read)) return read;
		const key = index === 0 ? ask.submissionKey : `${ask.submissionKey}#${index + 1}`;
		stages.push({target, historyTable: read.frame.historyTable, key});
	}
	return stages;
}

/** Requests of stages that the submission leaves out, linked with those whose script it replaces. */
async function linkedWith(
	world: World,
	ask: OpenRequest,
	stages: readonly AskedStage[],
	plans: readonly StagePlan[],
): Promise<readonly Linked[] | Refusal> {
	const taking = plans.flatMap(({outcome, record}) =>
		record !== null && (outcome === 'replaced' || outcome === 'renamed') ? [record] : [],
	);
	const [first] = stages;
	if (first === undefined || taking.length === 0) return [];
	return await replaceLinked(world, taking, newerScript(world, ask, first), ask.targets);
}

/** The number of each stage's request, or null where somebody else was quicker and nothing was written. */
async function write(
	world: World,
	plans: readonly StagePlan[],
	linked: readonly Linked[],
): Promise<readonly number[] | null> {
	const changes = plans.flatMap(({change}) => change ?? []);
	if (changes.length === 0) return plans.map(({record}) => record?.request.number ?? 0);
	const opened = await world.record.open(
		changes,
		linked.map(({transition}) => transition),
	);
	if (opened.kind === 'moved') return null;
	const written = [...opened.numbers];
	return plans.map(({change, record}) => (change === null ? (record?.request.number ?? 0) : (written.shift() ?? 0)));
}

async function announceAll(world: World, submitted: readonly Submitted[], linked: readonly Linked[]): Promise<boolean> {
	const reviewed = [
		...submitted
			.filter(({outcome}) => outcome !== 'unchanged')
			.map(({number, target, record}) => ({number, pool: record?.pool ?? target.pool})),
		...linked.map(({record}) => ({number: record.request.number, pool: record.pool})),
	];
	const relinked = submitted.filter(({outcome, change}) => outcome === 'unchanged' && change !== null);
	const heard = [
		...reviewed.map(async ({number, pool}) => await announce(world, number, [{kind: 'review', number, pool}])),
		...relinked.map(async ({number}) => await announce(world, number, [])),
	];
	return (await Promise.all(heard)).every(Boolean);
}

/** Stages whose policy asks for bytes that the stage before has verified, and that stage has not been asked. */
async function waitsForOthers(
	world: World,
	ask: OpenRequest,
	submitted: readonly Submitted[],
	linked: readonly Linked[],
): Promise<readonly WaitsForOther[]> {
	const sha256 = world.hash(ask.script.bytes);
	const reached = [...ask.targets, ...linked.map(({record}) => record.request.target)];
	const waits: WaitsForOther[] = [];
	for (const {number, target} of submitted) {
		const before = demandedBefore(target);
		if (before === null || reached.includes(before)) continue;
		const same = await world.record.bytesOn(before, ask.app, sha256);
		if (same?.state === 'verified') continue;
		const asked = same !== null && goesOn(same.state);
		waits.push({number, target: target.name, before, asked});
	}
	return waits;
}
