import type pg from 'pg';
import {z} from 'zod';

import {requestStates} from '../../domain/request.ts';
import type {NewRequest, RecordStore} from '../../operations/ports/record.ts';
import {auditHolds} from './audit.ts';
import {appendAudit, commitTransition} from './commit-transition.ts';
import {type Client, createPool, query, transaction} from './connection.ts';
import {due} from './due.ts';
import {takeEdit} from './edit-budget.ts';
import {insertMessage, insertScript} from './inserts.ts';
import {knownMigrations} from './known-migrations.ts';
import {activeClaim, heartbeat, release, takeOver} from './leases.ts';
import {loadRequest} from './load-request.ts';
import {publishMessages} from './messages.ts';
import {LineRow} from './rows.ts';

const GateRow = z.object({number: z.number(), target: z.string(), state: z.enum(requestStates)});

/** The record in PostgreSQL. `onError` hears of connections that break while idle. */
export function createRecordStore(
	url: string,
	onError: (error: Error) => void,
): RecordStore & {close(): Promise<void>} {
	const pool = createPool(url, onError);
	return {
		open: async (request) => await openRequest(pool, request),
		load: async (number) => await loadRequest(pool, number),
		script: async (sha256) => {
			const {rows} = await query(pool, `select bytes from script where sha256 = $1`, [sha256]);
			return rows[0] === undefined ? null : z.instanceof(Uint8Array).parse(rows[0]['bytes']);
		},
		commit: async (transition) => await commitTransition(pool, transition),
		list: async ({target, limit}) => {
			const {rows} = await query(
				pool,
				`select * from request where $1::text is null or target = $1
				order by state in ('verified', 'withdrawn', 'rejected', 'closed'), number desc limit $2`,
				[target, limit],
			);
			return rows.map((row) => LineRow.parse(row));
		},
		forGate: async (app, version, target) => {
			const {rows} = await query(
				pool,
				`select number, target, state from request where app = $1 and version = $2 and ($3::text is null or target = $3)`,
				[app, version, target],
			);
			return rows.map((row) => GateRow.parse(row));
		},
		knownMigrations: async (historyTable) => await knownMigrations(pool, historyTable),
		due: async () => await due(pool),
		takeOver: async (number, worker, leaseMs) => await takeOver(pool, number, worker, leaseMs),
		heartbeat: async (claim, leaseMs) => await heartbeat(pool, claim, leaseMs),
		release: async (claim) => await release(pool, claim),
		activeClaim: async (number, worker) => await activeClaim(pool, number, worker),
		publishMessages: async (number, publish) => await publishMessages(pool, number, publish),
		takeEdit: async (message) => await takeEdit(pool, message),
		auditHolds: async (number) => await auditHolds(pool, number),
		now: async () => {
			const {rows} = await query(pool, `select clock_timestamp() as now`, []);
			return z.date().parse(rows[0]?.['now']).getTime();
		},
		close: async () => await pool.end(),
	};
}

async function openRequest(pool: pg.Pool, request: NewRequest): Promise<number> {
	return await transaction(pool, async (client) => {
		await insertScript(client, request.script);
		const {rows} = await client.query<{number: number}>(
			`insert into request (target, pool, channel, app, version, summary, script_sha256, script_name, requester, author, last_editor, start_rule, state, created_at, submission_key)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10, $11, 'submitted', $12, $13)
			on conflict (submission_key) do nothing returning number`,
			[
				request.target,
				request.pool,
				request.channel,
				request.app,
				request.version,
				request.summary,
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
	});
}

async function alreadyOpened(client: Client, submissionKey: string): Promise<number> {
	const {rows} = await client.query(`select number from request where submission_key = $1`, [submissionKey]);
	return z.object({number: z.number()}).parse(rows[0]).number;
}
