import {type Hold, type MigrationRequest, predicateOf, type RequestState} from './request.ts';
import type {Target} from './target.ts';

/** One request of a submission that goes through several targets, or any request that stands for a stage. */
export interface Stage {
	readonly number: number;
	readonly target: string;
	readonly state: RequestState;
	readonly scriptSha256: string;
}

/** The stage before has not verified these bytes: what it waits for. */
export interface StageWait {
	readonly kind: 'waits';
	/** What it waits for and, where nothing happens by itself, what to do. */
	readonly sentence: string;
	/** What follows "as soon as": `MR-12 is verified on shop-staging`. */
	readonly until: string;
	/** Nothing happens by itself any more: a person has to act. */
	readonly stuck: boolean;
}

type Staged = Pick<MigrationRequest, 'number' | 'follows' | 'scriptSha256'>;

/** What is known of the stages before. */
export interface EarlierStages {
	readonly request: Staged;
	/** Every request of the submission, this one among them. */
	readonly stages: readonly Stage[];
	/** The target whose verification the policy asks for, or null. */
	readonly demanded: string | null;
	/** Of each awaited target, the request that best speaks for these bytes: one that verified them, else the newest. */
	readonly bytesOn: ReadonlyMap<string, Stage>;
}

/** Targets that must have verified the request's bytes before it runs: the stage it follows, and what the policy says. */
export function awaitedTargets({request, stages, demanded}: Omit<EarlierStages, 'bytesOn'>): readonly string[] {
	const linked = earlierStage(request, stages)?.target ?? null;
	return [...new Set([linked, demanded])].filter((target) => target !== null);
}

export function demandedBefore({after, policy}: Pick<Target, 'after' | 'policy'>): string | null {
	return policy.onlyVerifiedBytes ? after : null;
}

/**
 * Whether a request may run as far as the stages before it go. Fails closed: where the stage before has ended without
 * verifying these bytes, it waits and says what to do.
 */
export function judgeStages(known: EarlierStages): 'ready' | StageWait {
	const {request, stages, demanded, bytesOn} = known;
	const linked = earlierStage(request, stages);
	if (request.follows !== null && linked === null) {
		return stuck(
			`MR-${request.follows}`,
			`MR-${request.follows} is not in the record. Withdraw this one and ask again.`,
		);
	}
	for (const target of awaitedTargets({request, stages, demanded})) {
		const wait = waitFor(request, target, linked?.target === target ? linked : null, bytesOn.get(target) ?? null);
		if (wait !== null) return wait;
	}
	return 'ready';
}

/** The same, told by the linked requests alone: what a message can show. */
export function judgeLinkedStage(request: Staged, stages: readonly Stage[]): 'ready' | StageWait {
	return judgeStages({request, stages, demanded: null, bytesOn: new Map()});
}

function waitFor(request: Staged, target: string, linked: Stage | null, same: Stage | null): StageWait | null {
	const isSame = linked?.scriptSha256 === request.scriptSha256;
	if (same?.state === 'verified' || (isSame && linked?.state === 'verified')) return null;
	// A request of its own with these bytes says more than a linked one that will not verify them.
	const other = same !== null && same.number !== linked?.number && goesOn(same.state) ? same : null;
	const speaks = linked !== null && isSame && goesOn(linked.state) ? linked : (other ?? linked ?? same);
	if (speaks === null) {
		return stuck(target, `nobody has requested them there yet; request the same file for ${target}.`);
	}
	if (speaks.scriptSha256 !== request.scriptSha256) return otherBytes(request, target, speaks);
	return sameBytes(target, speaks);
}

function sameBytes(target: string, {number, state}: Stage): StageWait {
	const name = `MR-${number}`;
	switch (state) {
		case 'withdrawn':
			return stuck(
				target,
				`${name} was withdrawn there. Request the same file for ${target} again, or withdraw this one.`,
			);
		case 'rejected':
			return stuck(target, `${name} was rejected there. Send a new script, or withdraw this one.`);
		case 'closed':
			return stuck(
				target,
				`${name} failed there and was closed. Send a script that works as a new request for ${target}, or withdraw this one.`,
			);
		case 'failed':
			return {
				...stuck(target, `${name} has failed there. Its lead decides.`),
				until: `${name} is verified on ${target}`,
			};
		case 'submitted':
		case 'reviewing':
		case 'in-review':
		case 'changes-requested':
		case 'approved':
		case 'running':
		case 'verified':
			return {
				kind: 'waits',
				sentence: `${waitsFor} ${target} to verify these bytes: ${name} ${predicateOf(state)}.`,
				until: `${name} is verified on ${target}`,
				stuck: false,
			};
	}
}

function otherBytes(request: Staged, target: string, {number, state}: Stage): StageWait {
	const has = state === 'verified' ? 'verified another script there' : 'has another script';
	return stuck(
		target,
		`MR-${number} ${has}. Send that script to MR-${request.number}, or request this one for ${target}.`,
	);
}

/** Every sentence of this file's begins so, and no other reason to hold a run does. */
const waitsFor = 'Waits for';

function stuck(target: string, why: string): StageWait {
	return {
		kind: 'waits',
		sentence: `${waitsFor} ${target} to verify these bytes: ${why}`,
		until: `${target} has verified these bytes`,
		stuck: true,
	};
}

/** It is held for the stage before: no time is named for the next try, as it starts by itself. */
export function isStageHold(hold: Hold | null): boolean {
	return hold?.reason.startsWith(`${waitsFor} `) ?? false;
}

/** It may still come to verify what it has; a failed one only when its lead lets it. */
export function goesOn(state: RequestState): boolean {
	return !['verified', 'failed', 'withdrawn', 'rejected', 'closed'].includes(state);
}

/** The request that this one follows. */
export function earlierStage({follows}: Staged, stages: readonly Stage[]): Stage | null {
	return stages.find(({number}) => number === follows) ?? null;
}

export interface StagePlace {
	/** From 1. */
	readonly place: number;
	readonly count: number;
	readonly earlier: Stage | null;
	readonly later: Stage | null;
}

/** Where the request stands among its stages; null where it stands alone. */
export function stagePlace(request: Staged, stages: readonly Stage[]): StagePlace | null {
	const index = stages.findIndex(({number}) => number === request.number);
	if (stages.length < 2 || index === -1) return null;
	return {
		place: index + 1,
		count: stages.length,
		earlier: earlierStage(request, stages),
		later: stages[index + 1] ?? null,
	};
}
