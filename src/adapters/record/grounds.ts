import type pg from 'pg';
import {z} from 'zod';

import type {RehearsalGround} from '../../domain/recorded-rehearsal.ts';
import type {RunGround} from '../../operations/ports/record.ts';
import {type Client, query} from './connection.ts';

const StoredRehearsalGround = z.custom<RehearsalGround>((value) => typeof value === 'object' && value !== null);
const StoredRunGround = z.custom<RunGround>((value) => typeof value === 'object' && value !== null);

export async function keepRehearsalGround(
	client: Client,
	request: number,
	ground: RehearsalGround | null,
): Promise<void> {
	if (ground === null) {
		await client.query(`delete from rehearsal_ground where request = $1`, [request]);
		return;
	}
	await client.query(
		`insert into rehearsal_ground (request, ground) values ($1, $2)
		on conflict (request) do update set ground = excluded.ground`,
		[request, JSON.stringify(ground)],
	);
}

export async function keepRunGround(client: Client, run: number, ground: RunGround): Promise<void> {
	await client.query(
		`insert into run_ground (run, ground) values ($1, $2) on conflict (run) do update set ground = excluded.ground`,
		[run, JSON.stringify(ground)],
	);
}

export async function rehearsalGround(pool: pg.Pool, request: number): Promise<RehearsalGround | null> {
	const {rows} = await query(pool, `select ground from rehearsal_ground where request = $1`, [request]);
	return rows[0] === undefined ? null : StoredRehearsalGround.parse(rows[0]['ground']);
}

export async function runGround(pool: pg.Pool, run: number): Promise<RunGround | null> {
	const {rows} = await query(pool, `select ground from run_ground where run = $1`, [run]);
	return rows[0] === undefined ? null : StoredRunGround.parse(rows[0]['ground']);
}
