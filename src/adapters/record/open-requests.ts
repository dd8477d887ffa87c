import type pg from 'pg';
import {z} from 'zod';

import type {NewRequest} from '../../operations/ports/record.ts';
import {appendAudit} from './commit-transition.ts';
import {type Client, transaction} from './connection.ts';
import {insertMessage, insertScript} from './inserts.ts';

/** Opens a request for each stage, or finds those that the same submission opened before. */
export async function openRequests(pool: pg.Pool, requests: readonly NewRequest[]): Promise<readonly number[]> {
	return await transaction(pool, async (client) => {
		const numbers: number[] = [];
		for (const request of requests) {
			const follows = request.follows === 'earlier' ? (numbers.at(-1) ?? null) : request.follows;
			numbers.push(await openRequest(client, request, follows));
		}
		return numbers;
	});
}

async function openRequest(client: Client, request: NewRequest, follows: number | null): Promise<number> {
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
	if (rows[0] === undefined) return await alreadyOpened(client, request.submissionKey);
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

async function alreadyOpened(client: Client, submissionKey: string): Promise<number> {
	const {rows} = await client.query(`select number from request where submission_key = $1`, [submissionKey]);
	return z.object({number: z.number()}).parse(rows[0]).number;
}
