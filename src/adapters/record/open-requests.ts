import type pg from 'pg';
import {z} from 'zod';

import type {NewRequest, Opened, StageChange, Transition} from '../../operations/ports/record.ts';
import {appendAudit, hasMoved, lockRequests, unlessMoved, writeTransition} from './commit-transition.ts';
import {type Client, transaction} from './connection.ts';
import {insertMessage, insertScript} from './inserts.ts';
import {openInSlot} from './slots.ts';

/** Opens or changes the request of each stage, or finds those that the same submission opened before. */
export async function openRequests(
	pool: pg.Pool,
	stages: readonly StageChange[],
	linked: readonly Transition[],
): Promise<Opened> {
	return await unlessMoved(async () => {
		const numbers = await transaction(pool, async (client) => {
			await lockSlots(client, stages);
			await lockRequests(client, [...transitionsIn(stages), ...linked]);
			const done: number[] = [];
			for (const stage of stages) done.push(await changeStage(client, stage, done.at(-1) ?? null));
			for (const transition of linked) await writeTransition(client, transition);
			return done;
		});
		return {kind: 'opened', numbers};
	});
}

/**
 * One submission at a time opens in a target and app: two at the same moment would each find that nothing is open.
 * Always in the same order, so that two submissions over several stages do not wait for each other.
 */
async function lockSlots(client: Client, stages: readonly StageChange[]): Promise<void> {
	const slots = stages.flatMap((stage) =>
		stage.kind === 'opened' ? [JSON.stringify([stage.request.target, stage.request.app])] : [],
	);
	for (const slot of slots.toSorted()) {
		await client.query(`select pg_advisory_xact_lock(hashtextextended($1, 0))`, [`lockstep submission ${slot}`]);
	}
}

function transitionsIn(stages: readonly StageChange[]): readonly Transition[] {
	return stages.flatMap((stage) => (stage.kind === 'changed' ? [stage.transition] : []));
}

async function changeStage(client: Client, stage: StageChange, earlier: number | null): Promise<number> {
	if (stage.kind === 'opened') {
		const {request} = stage;
		return await openRequest(client, request, request.follows === 'earlier' ? earlier : request.follows);
	}
	const {transition, followsEarlier} = stage;
	const link = {kind: 'request', set: {follows: earlier}} as const;
	await writeTransition(client, followsEarlier ? {...transition, writes: [...transition.writes, link]} : transition);
	return transition.number;
}

async function openRequest(client: Client, request: NewRequest, follows: number | null): Promise<number> {
	const before = await openedBefore(client, request.submissionKey);
	if (before !== null) return before;
	if ((await openInSlot(client, request)) !== null) throw hasMoved();
	await insertScript(client, request.script);
	const {rows} = await client.query<{number: number}>(
		`insert into request (target, pool, channel, app, version, summary, history_table, follows, script_sha256, script_name, requester, author, last_editor, start_rule, state, created_at, submission_key)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $12, $13, 'submitted', $14, $15)
			on conflict (submission_key) do nothing returning number`,
		[
			request.target,
			request.pool,
			request.channel,
			request.app,
			request.version,
			request.summary,
			request.historyTable,
			follows,
			request.script.sha256,
			request.script.name,
			request.requester,
			request.author,
			JSON.stringify(request.start),
			new Date(request.at),
			request.submissionKey,
		],
	);
	// The same submission of another target or app: delivered at the same moment, with other words.
	if (rows[0] === undefined) throw hasMoved();
	const {number} = rows[0];
	await appendAudit(client, number, {
		kind: 'submitted',
		actor: request.requester,
		at: request.at,
		detail: {
			target: request.target,
			app: request.app,
			version: request.version,
			script: request.script.sha256,
			author: request.author,
		},
	});
	for (const message of request.messages) await insertMessage(client, number, message);
	return number;
}

async function openedBefore(client: Client, submissionKey: string): Promise<number | null> {
	const {rows} = await client.query(`select number from request where submission_key = $1`, [submissionKey]);
	return z.object({number: z.number()}).optional().parse(rows[0])?.number ?? null;
}
