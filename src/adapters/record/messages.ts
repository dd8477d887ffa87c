import type pg from 'pg';

import {liveKinds, type MessageKind, type MessageSlot} from '../../operations/ports/message.ts';
import type {Published} from '../../operations/ports/record.ts';
import {type Client, query, transaction} from './connection.ts';

interface MessageRow {
	readonly id: string;
	readonly kind: MessageKind;
	readonly channel: string;
	readonly payload: MessageSlot['payload'];
	readonly ts: string | null;
	readonly uncertain: boolean;
}

/** A thread is told in order, but a message that Slack refuses this often no longer keeps an escalation back. */
const triesThatOthersWaitFor = 3;

/** A message that is unsent, or a live one that shows an older revision of its request. `$n` is the list of live kinds. */
export function isDue(liveParameter: string): string {
	return `message.next_try_at <= now() and case when message.ts is null
		then not exists (select from message earlier where earlier.request = message.request and earlier.ts is null
			and earlier.id < message.id and earlier.tries between 1 and ${triesThatOthersWaitFor})
		else message.kind = any(${liveParameter}) and message.rendered_revision < request.revision end`;
}

/**
 * Publishes a request's messages in order, one publisher at a time per message. `posting_since` is committed before the
 * post and cleared with its answer: a process that dies in between leaves a post of uncertain fate, which the next one
 * looks for before it posts again.
 */
export async function publishMessages(
	pool: pg.Pool,
	number: number,
	publish: (slot: MessageSlot) => Promise<Published>,
): Promise<void> {
	const {rows} = await query(
		pool,
		`select message.id from message join request on request.number = message.request
		where message.request = $1 and ${isDue('$2')} order by message.kind <> 'request', message.id`,
		[number, liveKinds],
	);
	for (const row of rows) {
		const goOn = await publishOne(pool, number, String(row['id']), publish);
		if (!goOn) return;
	}
}

async function publishOne(
	pool: pg.Pool,
	number: number,
	id: string,
	publish: (slot: MessageSlot) => Promise<Published>,
): Promise<boolean> {
	const marked = await query(
		pool,
		`with before as (select id, posting_since from message where id = $1 for update)
		update message set posting_since = coalesce(message.posting_since, now()) from before
		where message.id = before.id and message.ts is null returning before.posting_since is not null as uncertain`,
		[id],
	);
	const uncertain = marked.rows[0]?.['uncertain'] === true;
	return await transaction(pool, async (client) => {
		const row = await lockMessage(client, id, uncertain);
		if (row === null) return true;
		const threadTs = row.kind === 'request' ? null : await rootTs(client, number);
		if (row.kind !== 'request' && threadTs === null) return false;
		const published = await publish({...row, id: Number(row.id), number, threadTs});
		await store(client, id, published);
		return published.kind === 'published';
	});
}

async function lockMessage(client: Client, id: string, uncertain: boolean): Promise<MessageRow | null> {
	const {rows} = await client.query<MessageRow>(
		`select message.id, message.kind, message.channel, message.payload, message.ts, $3::boolean as uncertain
		from message join request on request.number = message.request
		where message.id = $1 and ${isDue('$2')} for update of message skip locked`,
		[id, liveKinds, uncertain],
	);
	return rows[0] ?? null;
}

async function rootTs(client: Client, number: number): Promise<string | null> {
	const {rows} = await client.query<{ts: string | null}>(
		`select ts from message where request = $1 and kind = 'request'`,
		[number],
	);
	return rows[0]?.ts ?? null;
}

async function store(client: Client, id: string, published: Published): Promise<void> {
	if (published.kind === 'published') {
		await client.query(
			`update message set ts = $2, rendered_revision = $3, posting_since = null, tries = 0, next_try_at = now() where id = $1`,
			[id, published.ts, published.revision],
		);
		return;
	}
	await client.query(
		`update message set tries = tries + 1, next_try_at = now() + $2 * interval '1 millisecond',
		posting_since = case when $3 then posting_since end where id = $1`,
		[id, published.inMs, published.uncertain],
	);
}
