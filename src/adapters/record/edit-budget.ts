import type pg from 'pg';
import {z} from 'zod';

import {transaction} from './connection.ts';

/** DESIGN §7; chat.update is Tier 3: about 50 a minute for the whole workspace. */
const editsPerMinute = 40;
const betweenEditsMs = 2_000;
/** Serialises the takers: an advisory lock of the record's own. */
const budgetLock = 0x65646974;

const Wait = z.object({wait: z.coerce.number()});

/** Takes one edit of a message; milliseconds to wait where there is none to take now. */
export async function takeEdit(pool: pg.Pool, message: number): Promise<number> {
	return await transaction(pool, async (client) => {
		await client.query('select pg_advisory_xact_lock($1)', [budgetLock]);
		await client.query(`delete from edit where at < clock_timestamp() - interval '1 minute'`);
		const {rows} = await client.query(
			`select ceil(1000 * extract(epoch from greatest(
				(select max(at) from edit where message = $1) + $2 * interval '1 millisecond',
				(select at from edit order by at desc offset $3 - 1 limit 1) + interval '1 minute',
				clock_timestamp()
			) - clock_timestamp())) as wait`,
			[message, betweenEditsMs, editsPerMinute],
		);
		const {wait} = Wait.parse(rows[0]);
		if (wait <= 0) await client.query('insert into edit (message) values ($1)', [message]);
		return Math.max(0, wait);
	});
}
