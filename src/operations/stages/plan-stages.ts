import type {Person} from '../../domain/person.ts';
import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import type {Start} from '../../domain/request.ts';
import type {Target} from '../../domain/target.ts';
import type {RequestRecord, StageChange, Transition, Write} from '../ports/record.ts';
import {hasAlready, type NewerScript, rolesWith, takeNewerScript} from '../request/take-newer-script.ts';
import {possibleApprovers} from '../target-people.ts';
import type {World} from '../world.ts';

/** What a submission says, whatever its targets are. */
export interface SubmittedScript {
	readonly app: string;
	readonly version: string;
	readonly summary: string;
	readonly author: string;
	readonly requester: string;
	readonly start: Start;
	readonly script: {readonly name: string; readonly bytes: Uint8Array};
}

/** One target of a submission, its script read. */
export interface AskedStage {
	readonly target: Target;
	readonly historyTable: string;
	/** One for each stage of the submission, the same for every delivery. */
	readonly key: string;
}

/** A stage and what stands there now. */
interface FoundStage extends AskedStage {
	/** This submission reached it before. */
	readonly delivered: boolean;
	/** The open request whose place the script takes, or what the submission made before; null for a new one. */
	readonly record: RequestRecord | null;
}

export interface StagePlan {
	readonly target: Target;
	/**
	 * `opened`: a request of its own. `replaced`: the open one takes the script. `renamed`: it has the bytes and is for
	 * the newer version now. `unchanged`: it has bytes and version. `delivered`: this submission made it so before.
	 */
	readonly outcome: 'opened' | 'replaced' | 'renamed' | 'unchanged' | 'delivered';
	readonly record: RequestRecord | null;
	/** Null where nothing is written. */
	readonly change: StageChange | null;
	/** Who could approve it then. */
	readonly approvers: readonly Person[];
}

/** Looks at every stage, then says what the submission makes of each; refuses where nobody could approve it. */
export async function planStages(
	world: World,
	ask: SubmittedScript,
	stages: readonly AskedStage[],
): Promise<readonly StagePlan[] | Refusal> {
	const found: FoundStage[] = [];
	for (const stage of stages) found.push(await findStage(world, ask, stage));
	const plans: StagePlan[] = [];
	for (const [index, stage] of found.entries()) {
		const follows = index === 0 ? firstFollows(found) : (plans[index - 1]?.record?.request.number ?? 'earlier');
		const plan = await planStage(world, ask, stage, follows);
		if (isRefusal(plan)) return plan;
		plans.push(plan);
	}
	return plans;
}

async function findStage(world: World, {app}: SubmittedScript, stage: AskedStage): Promise<FoundStage> {
	const slot = {target: stage.target.name, app, historyTable: stage.historyTable};
	const delivered = await world.record.submitted(slot, stage.key);
	const number = delivered ?? (await world.record.openIn(slot));
	const record = number === null ? null : await world.record.load(number);
	return {...stage, delivered: delivered !== null, record};
}

/**
 * The first stage keeps its link to a stage that the submission leaves out. Not to one of its own later stages: the
 * configuration's order was another one then, and the links would run in a circle.
 */
function firstFollows([first, ...later]: readonly FoundStage[]): number | null {
	if (first === undefined || first.record === null) return null;
	const {request, stages} = first.record;
	const before = stages.slice(
		0,
		stages.findIndex(({number}) => number === request.number),
	);
	const circle = later.some(({record}) => before.some(({number}) => number === record?.request.number));
	return circle ? null : request.follows;
}

async function planStage(
	world: World,
	ask: SubmittedScript,
	stage: FoundStage,
	follows: number | 'earlier' | null,
): Promise<StagePlan | Refusal> {
	const {target, record, delivered} = stage;
	if (record === null) {
		const roles = {author: ask.author, lastEditor: ask.author, requester: ask.requester};
		const approvers = await possibleApprovers(world, target, roles);
		if (approvers.length === 0) return nobodyCould(target);
		return {target, outcome: 'opened', record, change: opening(world, ask, stage, follows), approvers};
	}
	const newer = newerScript(world, ask, stage);
	const approvers = await possibleApprovers(world, target, rolesWith(record, newer));
	if (delivered) return {target, outcome: 'delivered', record, change: null, approvers};
	const already = hasAlready(record, newer);
	if (!already && approvers.length === 0) return nobodyCould(target);
	const change = changing(world, record, already ? null : newer, {actor: ask.requester, follows});
	if (already) return {target, outcome: 'unchanged', record, change, approvers};
	const same = newer.script.sha256 === record.request.scriptSha256;
	return {target, outcome: same ? 'renamed' : 'replaced', record, change, approvers};
}

export function newerScript(world: Pick<World, 'hash'>, ask: SubmittedScript, stage: AskedStage): NewerScript {
	const {version, summary, author, start} = ask;
	return {
		script: {...ask.script, sha256: world.hash(ask.script.bytes)},
		historyTable: stage.historyTable,
		person: ask.requester,
		submission: {version, summary, author, start, key: stage.key},
	};
}

function opening(
	world: World,
	ask: SubmittedScript,
	{target, historyTable, key}: AskedStage,
	follows: number | 'earlier' | null,
): StageChange {
	const {app, version, summary, author, requester, start} = ask;
	const sha256 = world.hash(ask.script.bytes);
	return {
		kind: 'opened',
		request: {
			app,
			version,
			summary,
			author,
			requester,
			start,
			historyTable,
			follows,
			target: target.name,
			pool: target.pool,
			channel: target.channel,
			submissionKey: key,
			script: {...ask.script, sha256},
			at: world.clock.now(),
			messages: [{kind: 'request'}, {kind: 'script', payload: {sha256}}],
		},
	};
}

/** The open request takes the script, another link, or both. */
function changing(
	world: World,
	record: RequestRecord,
	newer: NewerScript | null,
	{actor, follows}: {readonly actor: string; readonly follows: number | 'earlier' | null},
): StageChange | null {
	const {request} = record;
	const linked = follows === 'earlier' || follows !== request.follows;
	if (newer === null && !linked) return null;
	const at = world.clock.now();
	const taken = newer === null ? null : takeNewerScript(record, newer, at);
	const link: readonly Write[] = linked && follows !== 'earlier' ? [{kind: 'request', set: {follows}}] : [];
	const submitted: readonly Write[] =
		taken === null ? [] : [{kind: 'request', set: {state: 'submitted', remindAt: null}}];
	const transition: Transition = {
		number: request.number,
		revision: request.revision,
		claim: null,
		event: {kind: taken === null ? 'linked' : 'script-replaced', actor, at, detail: taken?.detail ?? {}},
		writes: [...submitted, ...(taken?.writes ?? []), ...link],
	};
	return {kind: 'changed', transition, followsEarlier: follows === 'earlier'};
}

function nobodyCould(target: Target): Refusal {
	return refuse(
		'nobody-could-approve',
		`Nobody could approve this: every approver of ${target.name} is the author, the requester, or not an active member. Ask the lead to add an approver in lockstep.yaml.`,
	);
}
