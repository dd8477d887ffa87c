import type pg from 'pg';

import type {Stage} from '../../domain/stage.ts';
import type {Write} from '../../operations/ports/record.ts';
import {type Client, query} from './connection.ts';
import {StageRow} from './rows.ts';

/** What speaks for these bytes on the target: a request that verified them, else the newest that has them. */
export async function bytesOn(pool: pg.Pool, target: string, app: string, sha256: string): Promise<Stage | null> {
	const {rows} = await query(
		pool,
		`select number, target, state, script_sha256 from request
		where target = $1 and app = $2 and script_sha256 = $3 order by state = 'verified' desc, number desc limit 1`,
		[target, app, sha256],
	);
	return rows[0] === undefined ? null : StageRow.parse(rows[0]);
}

/** The requests of later stages show this one's state and script, and wait for both. */
export function isSeenByLaterStages(write: Write): boolean {
	return write.kind === 'script' || (write.kind === 'request' && write.set.state !== undefined);
}

/**
 * Has the messages of later stages edited, and those that wait looked at again at once: the stage right
 * after this one, and whoever waits for the bytes that this one has just verified.
 */
export async function tellLaterStages(client: Client, number: number): Promise<void> {
	await client.query(
		`update request set revision = revision + 1,
		hold_until = case when state = 'approved' and hold_until > now() then now() else hold_until end
		where follows = $1`,
		[number],
	);
	await client.query(
		`update request waiting set hold_until = now() from request done
		where done.number = $1 and done.state = 'verified' and waiting.number <> done.number
		and waiting.state = 'approved' and waiting.hold_until > now()
		and waiting.app = done.app and waiting.script_sha256 = done.script_sha256`,
		[number],
	);
}
