import type pg from 'pg';
import {z} from 'zod';

import type {RehearsalGround} from '../../domain/recorded-rehearsal.ts';
import type {SchemaDelta} from '../../domain/schema-delta.ts';
import type {RunGround} from '../../operations/ports/record.ts';
import {type Client, query} from './connection.ts';

const StoredRehearsalGround = z.custom<RehearsalGround>((value) => typeof value === 'object' && value !== null);
const StoredRunGround = z.custom<RunGround>((value) => typeof value === 'object' && value !== null);
const StoredDelta = z.custom<SchemaDelta>((value) => Array.isArray(value));

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

/** Characters: some 7,000 tables. jsonb holds no array above 256 MB, and the record's statements have 30 s. */
const longestGround = 64 * 1024 ** 2;

/** Too large a ground is not kept: the run is verified more weakly, and says so. */
export async function keepRunGround(client: Client, run: number, ground: RunGround): Promise<void> {
	const text = JSON.stringify(ground);
	if (text.length > longestGround) return;
	await client.query(
		`insert into run_ground (run, ground) values ($1, $2) on conflict (run) do update set ground = excluded.ground`,
		[run, text],
	);
	await client.query(
		`delete from run_ground using run where run.id = run_ground.run and run.outcome = 'verified'
		and run.finished_at < now() - interval '30 days' and run.id < $1`,
		[run],
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

/** What the runs rehearsed that were verified on the same target after this one had begun. */
export async function verifiedSince(pool: pg.Pool, run: number): Promise<readonly SchemaDelta[]> {
	const {rows} = await query(
		pool,
		`select ground -> 'rehearsed' -> 'delta' as delta from run as mine
		join run as other on other.target = mine.target and other.id > mine.id and other.outcome = 'verified'
			and other.request <> mine.request
		join run_ground on run_ground.run = other.id
		where mine.id = $1 and jsonb_typeof(ground -> 'rehearsed') = 'object'`,
		[run],
	);
	return rows.map(({delta}) => StoredDelta.parse(delta));
}
