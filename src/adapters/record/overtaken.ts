import type pg from 'pg';
import {z} from 'zod';

import {query} from './connection.ts';

const Numbered = z.object({number: z.number()});
const Applied = z.object({id: z.string(), number: z.number()});

/** A verified run of another request `other` migrated what `request` was reviewed against before. */
const isOvertaken = `run.outcome = 'verified' and run.target = request.target and run.request <> request.number
	and run.finished_at > request.reviewed_at and other.history_table = request.history_table
	and request.history_table <> '' and request.state in ('in-review', 'approved')`;

/** Requests that wait with a review which another one's run has made stale. */
export async function overtaken(pool: pg.Pool): Promise<readonly number[]> {
	const {rows} = await query(
		pool,
		`select number from request where exists (
			select from run join request other on other.number = run.request where ${isOvertaken}
		) order by number limit 200`,
		[],
	);
	return rows.map((row) => Numbered.parse(row).number);
}

/** Whose runs made this request's review stale, oldest first. */
export async function overtakenBy(pool: pg.Pool, number: number): Promise<readonly number[]> {
	const {rows} = await query(
		pool,
		`select distinct other.number from request, run join request other on other.number = run.request
		where request.number = $1 and ${isOvertaken} order by other.number`,
		[number],
	);
	return rows.map((row) => Numbered.parse(row).number);
}

/** Which request's verified run applied each of these migrations last. */
export async function appliedBy(
	pool: pg.Pool,
	target: string,
	historyTable: string,
	ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
	const {rows} = await query(
		pool,
		`select distinct on (landed.id) landed.id, request.number
		from run join request on request.number = run.request
		cross join lateral jsonb_array_elements_text(run.report -> 'landedMigrations') as landed (id)
		where run.target = $1 and run.outcome = 'verified' and request.history_table = $2 and landed.id = any($3)
		and request.review ->> 'direction' = 'up' order by landed.id, run.id desc`,
		[target, historyTable, ids],
	);
	return new Map(rows.map((row) => Applied.parse(row)).map(({id, number}) => [id, number]));
}

/** A request whose own last run applied everything and was not verified, and that no lead has closed; the newest. */
export async function unverifiedOn(
	pool: pg.Pool,
	target: string,
	historyTable: string,
	except: number,
): Promise<number | null> {
	const {rows} = await query(
		pool,
		`select number from (
			select distinct on (request.number) request.number, run.outcome, run.report ->> 'landed' as landed
			from run join request on request.number = run.request
			where run.target = $1 and request.history_table = $2 and run.outcome in ('verified', 'failed')
			and request.state not in ('verified', 'closed') and request.number <> $3
			order by request.number desc, run.id desc
		) last
		where outcome = 'failed' and landed = 'everything' limit 1`,
		[target, historyTable, except],
	);
	return rows[0] === undefined ? null : Numbered.parse(rows[0]).number;
}
