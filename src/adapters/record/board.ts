import type pg from 'pg';
import {z} from 'zod';

import type {BoardRows, TargetFigures} from '../../operations/ports/record.ts';
import {type Client, transaction} from './connection.ts';
import {loadRequests} from './load-request.ts';
import {EndedRow} from './rows.ts';

const ended = `('verified', 'withdrawn', 'rejected', 'closed')`;

const Place = z.object({request: z.number(), channel: z.string(), ts: z.string()});
const Time = z.date().transform((date) => date.getTime());
const Open = z.object({target: z.string(), open: z.coerce.number()});
const Backup = z.object({target: z.string(), at: Time});
const Verified = z.object({target: z.string(), number: z.number(), version: z.string(), at: Time});

const nothing: TargetFigures = {open: 0, lastBackupAt: null, lastVerified: null};

/** What a board shows, in one snapshot and the same few statements however many requests there are. */
export async function readBoard(
	pool: pg.Pool,
	most: {readonly open: number; readonly ended: number},
): Promise<BoardRows> {
	return await transaction(pool, async (client) => {
		await client.query('set transaction isolation level repeatable read, read only');
		const open = await loadRequests(client, await openNumbers(client, most.open));
		const lately = await endedLately(client, most.ended);
		const shown = [...open.map(({request}) => request.number), ...lately.map(({number}) => number)];
		return {open, ended: lately, places: await placesOf(client, shown), targets: await figures(client)};
	});
}

/** What failed or runs is never crowded out by what was asked for lately. */
async function openNumbers(client: Client, most: number): Promise<readonly number[]> {
	const {rows} = await client.query<{number: number}>(
		`select number from request where state not in ${ended}
		order by state in ('failed', 'running') desc, number desc limit $1`,
		[most],
	);
	return rows.map(({number}) => number);
}

/** Ended when the last thing was done about it: its revision rises later too, with the stages beside it. */
async function endedLately(client: Client, most: number): Promise<BoardRows['ended']> {
	const {rows} = await client.query(
		`select request.*, last.at as ended_at
		from (select * from request where state in ${ended} order by updated_at desc limit $1) as request
		cross join lateral (
			select at from audit_event where request = request.number order by sequence desc limit 1
		) as last
		order by last.at desc, number desc`,
		[most],
	);
	return rows.map((row) => EndedRow.parse(row));
}

async function placesOf(client: Client, numbers: readonly number[]): Promise<BoardRows['places']> {
	const {rows} = await client.query(
		`select request, channel, ts from message where kind = 'request' and ts is not null and request = any($1)`,
		[numbers],
	);
	return new Map(rows.map((row) => Place.parse(row)).map(({request, channel, ts}) => [request, {channel, ts}]));
}

async function figures(client: Client): Promise<BoardRows['targets']> {
	const targets = new Map<string, TargetFigures>();
	const add = (target: string, more: Partial<TargetFigures>): void => {
		targets.set(target, {...(targets.get(target) ?? nothing), ...more});
	};
	const open = await client.query(
		`select target, count(*) as open from request where state not in ${ended} group by target`,
	);
	for (const row of open.rows.map((each) => Open.parse(each))) add(row.target, {open: row.open});
	const backups = await client.query(
		`select request.target, max(backup.finished_at) as at
		from backup join request on request.number = backup.request group by request.target`,
	);
	for (const row of backups.rows.map((each) => Backup.parse(each))) add(row.target, {lastBackupAt: row.at});
	const verified = await client.query(
		`select distinct on (run.target) run.target, request.number, request.version, run.finished_at as at
		from run join request on request.number = run.request
		where run.outcome = 'verified' order by run.target, run.finished_at desc`,
	);
	for (const {target, ...lastVerified} of verified.rows.map((each) => Verified.parse(each))) {
		add(target, {lastVerified});
	}
	return targets;
}
