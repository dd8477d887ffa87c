import type pg from 'pg';
import {z} from 'zod';

import {liveKinds} from '../../operations/ports/message.ts';
import type {Due} from '../../operations/ports/record.ts';
import {poolsWithOldBackups} from './backups.ts';
import {query} from './connection.ts';
import {isDue} from './messages.ts';
import {overtaken} from './overtaken.ts';

const Pooled = z.object({number: z.number(), pool: z.string()});
const DueRun = z
	.object({number: z.number(), pool: z.string(), after: z.number().nullable()})
	.transform(({after, ...run}) => (after === null ? run : {...run, after}));
const Pinged = z.object({escalation: z.number(), number: z.number()});

/** What follows from the record to be done now; nothing else decides it. */
export async function due(pool: pg.Pool): Promise<Due> {
	const reviews = await query(
		pool,
		`select number, pool from request
		where (state = 'submitted' and coalesce(hold_until, '-infinity') <= now())
		or (state = 'reviewing' and review_lease_until < clock_timestamp()) order by number limit 200`,
		[],
	);
	const runs = await query(
		pool,
		// What waits, above all for the stage before, may wait for days: it must not keep the others out of the list.
		`select number, pool, null::integer as after, hold_reason is not null as waits from request
		where state = 'approved' and start_due_at <= now() and coalesce(hold_until, '-infinity') <= now()
		union all
		select request.number, request.pool, run.epoch as after, false as waits
		from run join request on request.number = run.request
		where run.finished_at is null and run.lease_until < clock_timestamp() order by waits, number limit 200`,
		[],
	);
	const escalations = await query(
		pool,
		`select id as escalation, request as number from escalation where acknowledged_by is null and next_ping_at <= now() order by id limit 200`,
		[],
	);
	const reminders = await query(
		pool,
		`select number from request where state = 'in-review' and remind_at <= now() order by remind_at limit 200`,
		[],
	);
	const messages = await query(
		pool,
		`select distinct request.number from message join request on request.number = message.request where ${isDue('$1')} limit 500`,
		[liveKinds],
	);
	return {
		reviews: z.array(Pooled).parse(reviews.rows),
		runs: z.array(DueRun).parse(runs.rows),
		escalations: z.array(Pinged).parse(escalations.rows),
		reminders: reminders.rows.map((row) => z.number().parse(row['number'])),
		messages: messages.rows.map((row) => z.number().parse(row['number'])),
		overtaken: await overtaken(pool),
		oldBackups: await poolsWithOldBackups(pool),
	};
}
