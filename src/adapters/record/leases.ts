import type pg from 'pg';
import {z} from 'zod';

import type {Claim} from '../../operations/ports/record.ts';
import {query} from './connection.ts';

const ClaimRow = z.object({run: z.number(), epoch: z.number()});

function claimOf(rows: readonly unknown[]): Claim | null {
	return rows[0] === undefined ? null : ClaimRow.parse(rows[0]);
}

/** Takes over the run whose lease has ended. The new epoch shuts the old worker out of the record. */
export async function takeOver(pool: pg.Pool, number: number, worker: string, leaseMs: number): Promise<Claim | null> {
	const {rows} = await query(
		pool,
		`update run set epoch = epoch + 1, worker = $2, lease_until = clock_timestamp() + $3 * interval '1 millisecond'
		where request = $1 and finished_at is null and lease_until < clock_timestamp() returning id as run, epoch`,
		[number, worker, leaseMs],
	);
	return claimOf(rows);
}

/** A lease that has ended is never extended, even where nobody took over: its holder stops and the run is assessed. */
export async function heartbeat(
	pool: pg.Pool,
	claim: Claim,
	leaseMs: number,
): Promise<{readonly cancelAskedBy: string | null} | null> {
	const {rows} = await query(
		pool,
		`update run set lease_until = clock_timestamp() + $3 * interval '1 millisecond'
		where id = $1 and epoch = $2 and finished_at is null and lease_until > clock_timestamp() returning cancel_asked_by`,
		[claim.run, claim.epoch, leaseMs],
	);
	if (rows[0] === undefined) return null;
	return {cancelAskedBy: z.string().nullable().parse(rows[0]['cancel_asked_by'])};
}

/** A claim that has ended may be extended as long as nobody else took the review: nothing was lost meanwhile. */
export async function renewReview(
	pool: pg.Pool,
	number: number,
	until: number,
	leaseMs: number,
): Promise<number | null> {
	const {rows} = await query(
		pool,
		`update request set review_lease_until = clock_timestamp() + $3 * interval '1 millisecond'
		where number = $1 and state = 'reviewing' and abs(extract(epoch from review_lease_until - $2::timestamptz)) < 0.001
		returning review_lease_until`,
		[number, new Date(until), leaseMs],
	);
	if (rows[0] === undefined) return null;
	return z.date().parse(rows[0]['review_lease_until']).getTime();
}

export async function release(pool: pg.Pool, claim: Claim): Promise<void> {
	await query(
		pool,
		`update run set lease_until = clock_timestamp() where id = $1 and epoch = $2 and finished_at is null`,
		[claim.run, claim.epoch],
	);
}

export async function activeClaim(pool: pg.Pool, number: number, worker: string): Promise<Claim | null> {
	const {rows} = await query(
		pool,
		`select id as run, epoch from run where request = $1 and worker = $2 and finished_at is null and lease_until > clock_timestamp()`,
		[number, worker],
	);
	return claimOf(rows);
}
