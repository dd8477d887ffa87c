import type {KnownBlock} from '@slack/types';
import {describe, expect, it} from 'vitest';

import {checkMessage} from '../../../simulator/limits/message.ts';
import {requestMessage} from '../../../src/adapters/slack/views/message/request-message.ts';
import {turnOf} from '../../../src/adapters/slack/views/board/turn.ts';
import type {MigrationRequest} from '../../../src/domain/request.ts';
import type {Stage} from '../../../src/domain/stage.ts';
import type {Target} from '../../../src/domain/target.ts';
import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import {answered, digest, noon, priya, record, sha256, target} from './request-record.ts';

const staging: Stage = {number: 11, target: 'shop-staging', state: 'in-review', scriptSha256: sha256};
const production: Stage = {number: 12, target: 'shop-production', state: 'approved', scriptSha256: sha256};

function later(earlier: Partial<Stage>, request: Partial<MigrationRequest> = {}): RequestRecord {
	return record(
		{state: 'approved', follows: 11, approvedAt: noon, ...request},
		{
			stages: [{...staging, ...earlier}, production],
			answers: answered(),
			approvals: [{person: priya, reviewDigest: digest, confirmedItems: [], at: noon, voidedBecause: null}],
		},
	);
}

function textOf(block: KnownBlock | undefined): string {
	return block?.type === 'section' ? (block.text?.text ?? '') : '';
}

function blockOf(about: RequestRecord, id: string, of: Target = target()): string {
	const {text, blocks} = requestMessage(about, of);
	const sent = JSON.parse(JSON.stringify(blocks)) as NonNullable<Parameters<typeof checkMessage>[0]['blocks']>;
	expect(() => checkMessage({text, blocks: sent}, 'update')).not.toThrow();
	return textOf(blocks.find((block) => block.block_id === id));
}

describe('the message of a request of several stages', () => {
	it('says which stage it is, after which one and in what state that is', () => {
		expect(blockOf(later({}), 'about')).toContain('\nStage 2 of 2: after MR-11 on shop-staging, in review');
		expect(blockOf(later({state: 'verified'}), 'about')).toContain('after MR-11 on shop-staging, verified');
	});

	it('of the first stage names the one that comes then', () => {
		const first = record(
			{number: 11, target: 'shop-staging'},
			{stages: [staging, {...production, state: 'in-review'}]},
		);
		expect(blockOf(first, 'about')).toContain('\nStage 1 of 2: then MR-12 on shop-production');
	});

	it('of a single request says nothing of stages', () => {
		expect(blockOf(record(), 'about')).not.toContain('Stage');
	});
});

describe('whose turn it is in a later stage that is approved', () => {
	it('is nobody’s for now, but “Run now” may be clicked already', () => {
		expect(turnOf(later({}), target())).toEqual({
			kind: 'start-later',
			sentence:
				'Waits for shop-staging to verify these bytes: MR-11 is in review. Once “Run now” is clicked, it starts as soon as MR-11 is verified on shop-staging.',
		});
	});

	it('is Lockstep’s once it was clicked, by what is true of the stage before now, not by what it was held for', () => {
		const hold = {reason: 'Waits for shop-staging to verify these bytes: MR-11 is in review.', until: noon};
		const turn = turnOf(later({state: 'running'}, {startDueAt: noon, hold}), target());
		expect(turn).toEqual({
			kind: 'lockstep',
			sentence:
				'Waits for shop-staging to verify these bytes: MR-11 is running. It starts as soon as MR-11 is verified on shop-staging.',
		});
		expect(turnOf(later({state: 'verified'}, {startDueAt: noon, hold}), target())).toMatchObject({
			kind: 'lockstep',
			sentence: 'A worker is about to start it.',
		});
	});

	it('is a person’s where the stage before will not verify', () => {
		expect(turnOf(later({state: 'withdrawn'}, {startDueAt: noon}), target()).sentence).toBe(
			'Waits for shop-staging to verify these bytes: MR-11 was withdrawn there. Request the same file for shop-staging again, or withdraw this one. It starts as soon as shop-staging has verified these bytes.',
		);
	});

	it('with a time of its own waits for both', () => {
		const at = noon + 3_600_000;
		expect(turnOf(later({}, {start: {kind: 'at', at}, startDueAt: at}), target()).sentence).toContain(
			'It starts as soon as MR-11 is verified on shop-staging, not before ',
		);
	});

	it('is as ever once the stage before is verified', () => {
		expect(turnOf(later({state: 'verified'}), target()).kind).toBe('start');
	});

	it('tells what a target that takes only verified bytes was held for', () => {
		const strict = target({after: 'shop-staging', policy: {...target().policy, onlyVerifiedBytes: true}});
		const reason = 'Waits for shop-staging to verify these bytes: nobody has requested them there yet; request them.';
		const held = record({state: 'approved', startDueAt: noon, hold: {reason, until: noon}});
		expect(turnOf(held, strict)).toEqual({kind: 'lockstep', sentence: `${reason} It starts by itself then.`});
	});
});

describe('a target whose configuration asks for no backup', () => {
	const none = target({backup: {directory: '/backups', keepDays: 7, required: false}});

	it('has the checklist say so, unticked', () => {
		expect(blockOf(later({state: 'verified'}), 'item-others', none)).toContain(
			'☐ *Backup taken*\nNot asked for on this target',
		);
		expect(blockOf(later({state: 'verified'}), 'item-others')).toContain('Taken by Lockstep before it applies');
	});
});

it('the approvals that the target’s policy asks for are counted', () => {
	const two = target({policy: {...target().policy, approvals: 2}});
	const waiting = record({}, {answers: answered()});
	expect(turnOf(waiting, two).sentence).toContain('2 approvals');
	expect(blockOf(waiting, 'item-others', two)).toContain('0 of 2 approvals given');
});
