import {describe, expect, it} from 'vitest';

import {type RequestState, requestStates} from '../../src/domain/request.ts';
import {
	awaitedTargets,
	demandedBefore,
	earlierStage,
	isStageHold,
	judgeLinkedStage,
	judgeStages,
	type Stage,
	stagePlace,
} from '../../src/domain/stage.ts';

const [bytes, others] = ['a'.repeat(64), 'b'.repeat(64)];
const second = {number: 12, follows: 11, scriptSha256: bytes} as const;
const alone = {number: 12, follows: null, scriptSha256: bytes} as const;
const own: Stage = {number: 12, target: 'shop-production', state: 'approved', scriptSha256: bytes};

function staging(state: RequestState, scriptSha256 = bytes, number = 11): Stage {
	return {number, target: 'shop-staging', state, scriptSha256};
}

function linked(earlier: Stage, bytesOn: readonly Stage[] = []): ReturnType<typeof judgeStages> {
	return judgeStages({
		request: second,
		stages: [earlier, own],
		demanded: null,
		bytesOn: new Map(bytesOn.map((stage) => [stage.target, stage])),
	});
}

function demanding(found: Stage | null): ReturnType<typeof judgeStages> {
	return judgeStages({
		request: alone,
		stages: [own],
		demanded: 'shop-staging',
		bytesOn: new Map(found === null ? [] : [['shop-staging', found]]),
	});
}

const begins = 'Waits for shop-staging to verify these bytes: ';

describe('a request that follows no stage', () => {
	it('is ready, whatever was done elsewhere, unless the target takes only verified bytes', () => {
		expect(judgeStages({request: alone, stages: [own], demanded: null, bytesOn: new Map()})).toBe('ready');
		const target = {after: 'shop-staging', policy: {onlyVerifiedBytes: false}} as Parameters<typeof demandedBefore>[0];
		expect(demandedBefore(target)).toBeNull();
		expect(demandedBefore({...target, policy: {...target.policy, onlyVerifiedBytes: true}})).toBe('shop-staging');
	});
});

describe('a request that follows a stage', () => {
	it('is ready once that stage has verified the same bytes, with a run or because nothing was left to do', () => {
		expect(linked(staging('verified'))).toBe('ready');
	});

	it.each([
		['submitted', 'MR-11 is waiting for its review.'],
		['reviewing', 'MR-11 is being reviewed.'],
		['in-review', 'MR-11 is in review.'],
		['changes-requested', 'MR-11 is sent back for changes.'],
		['approved', 'MR-11 is approved.'],
		['running', 'MR-11 is running.'],
	] as const)('waits by itself while that one is %s', (state, why) => {
		expect(linked(staging(state))).toEqual({
			kind: 'waits',
			sentence: begins + why,
			until: 'MR-11 is verified on shop-staging',
			stuck: false,
		});
	});

	it.each([
		['failed', 'MR-11 has failed there. Its lead decides.'],
		['withdrawn', 'MR-11 was withdrawn there. Request the same file for shop-staging again, or withdraw this one.'],
		['rejected', 'MR-11 was rejected there. Send a new script, or withdraw this one.'],
		[
			'closed',
			'MR-11 failed there and was closed. Send a script that works as a new request for shop-staging, or withdraw this one.',
		],
	] as const)('waits for a person to act where that one is %s', (state, why) => {
		expect(linked(staging(state))).toMatchObject({kind: 'waits', sentence: begins + why, stuck: true});
	});

	it.each(requestStates)('never starts on the word of other bytes: %s', (state) => {
		expect(linked(staging(state, others))).toMatchObject({
			kind: 'waits',
			sentence: expect.stringMatching(
				/: MR-11 (has|verified) another script( there)?\. Send that script to MR-12, or request this one for shop-staging\.$/,
			),
			stuck: true,
		});
	});

	it('takes the word of another request that verified the same bytes on that stage', () => {
		expect(linked(staging('withdrawn'), [staging('verified', bytes, 14)])).toBe('ready');
		expect(linked(staging('verified', others), [staging('verified', bytes, 14)])).toBe('ready');
	});

	it('names the request that is on its way to verify them, where the linked one is not', () => {
		expect(linked(staging('closed'), [staging('in-review', bytes, 14)])).toMatchObject({
			sentence: `${begins}MR-14 is in review.`,
			stuck: false,
		});
		expect(linked(staging('running'), [staging('in-review', bytes, 14)])).toMatchObject({
			sentence: `${begins}MR-11 is running.`,
		});
	});

	it('waits where the stage before is not to be found', () => {
		expect(judgeLinkedStage(second, [own])).toMatchObject({kind: 'waits', stuck: true});
	});
});

describe('a target that takes only verified bytes', () => {
	it('is ready once any request verified them on the stage before', () => {
		expect(demanding(staging('verified'))).toBe('ready');
	});

	it('waits where nobody has requested them there, and says to do so', () => {
		expect(demanding(null)).toMatchObject({
			sentence: `${begins}nobody has requested them there yet; request the same file for shop-staging.`,
			until: 'shop-staging has verified these bytes',
			stuck: true,
		});
	});

	it('waits for the request that has them there', () => {
		expect(demanding(staging('in-review'))).toMatchObject({sentence: `${begins}MR-11 is in review.`, stuck: false});
		expect(demanding(staging('withdrawn'))).toMatchObject({stuck: true});
	});

	it('that is not the one right before asks for both', () => {
		const stages = [staging('verified'), own];
		expect(awaitedTargets({request: second, stages, demanded: 'shop-copy'})).toEqual(['shop-staging', 'shop-copy']);
		expect(awaitedTargets({request: second, stages, demanded: 'shop-staging'})).toEqual(['shop-staging']);
		expect(judgeStages({request: second, stages, demanded: 'shop-copy', bytesOn: new Map()})).toMatchObject({
			sentence: expect.stringContaining('shop-copy'),
		});
	});
});

it('knows a hold for a stage by its reason', () => {
	const wait = linked(staging('running'));
	expect(isStageHold(wait === 'ready' ? null : {reason: wait.sentence, until: 0})).toBe(true);
	expect(isStageHold({reason: 'MR-3 is running on shop: one run at a time.', until: 0})).toBe(false);
	expect(isStageHold(null)).toBe(false);
});

it('tells which of its stages a request is', () => {
	const stages = [staging('running'), own, {...own, number: 13, target: 'shop-other'}];
	expect(stagePlace(second, stages)).toEqual({place: 2, count: 3, earlier: stages[0], later: stages[2]});
	expect(stagePlace({...second, number: 11, follows: null}, stages)).toMatchObject({
		place: 1,
		earlier: null,
		later: own,
	});
	expect(stagePlace(alone, [own])).toBeNull();
	expect(earlierStage(alone, stages)).toBeNull();
});
