import {createHash} from 'node:crypto';

import type pg from 'pg';

import {type AuditEvent, chainStart, chainText} from '../../domain/audit.ts';
import type {Claim, Committed, Transition} from '../../operations/ports/record.ts';
import {type Client, transaction} from './connection.ts';
import {write} from './writes.ts';

/** The transaction's own way out: what was found decides the answer, and everything is rolled back. */
class Rolledback extends Error {
	readonly committed: Committed;

	constructor(committed: Committed) {
		super(committed.kind);
		this.committed = committed;
	}
}

/** State by compare-and-set, its rows, its audit event and its messages, in one transaction. */
export async function commitTransition(pool: pg.Pool, transition: Transition): Promise<Committed> {
	try {
		await transaction(pool, async (client) => {
			await lockRequest(client, transition);
			for (const one of transition.writes) await write(client, transition.number, one);
			await appendAudit(client, transition.number, transition.event);
		});
		return {kind: 'committed'};
	} catch (error) {
		if (error instanceof Rolledback) return error.committed;
		if (isActiveRunTaken(error)) return await busyWith(pool, transition.number);
		throw error;
	}
}

async function lockRequest(client: Client, {number, revision, claim}: Transition): Promise<void> {
	const {rowCount} = await client.query(
		`update request set revision = revision + 1, updated_at = now() where number = $1 and ($2::integer is null or revision = $2)`,
		[number, revision],
	);
	if (rowCount === 0) throw new Rolledback({kind: 'moved'});
	if (claim !== null && !(await holds(client, claim))) throw new Rolledback({kind: 'lost'});
}

async function holds(client: Client, claim: Claim): Promise<boolean> {
	const {rowCount} = await client.query(
		`select 1 from run where id = $1 and epoch = $2 and finished_at is null and lease_until > clock_timestamp() for update`,
		[claim.run, claim.epoch],
	);
	return rowCount === 1;
}

function isActiveRunTaken(error: unknown): boolean {
	return error instanceof Error && 'constraint' in error && error.constraint === 'run_active';
}

async function busyWith(pool: pg.Pool, number: number): Promise<Committed> {
	const {rows} = await pool.query<{request: number}>(
		`select active.request from run active join request mine on mine.target = active.target where mine.number = $1 and active.finished_at is null`,
		[number],
	);
	// It may have ended between the two statements: the caller holds and tries again either way.
	return {kind: 'target-busy', number: rows[0]?.request ?? number};
}

export async function appendAudit(client: Client, request: number, event: Transition['event']): Promise<void> {
	const {rows} = await client.query<{sequence: number; hash: string}>(
		`select sequence, hash from audit_event where request = $1 order by sequence desc limit 1`,
		[request],
	);
	const previous = rows[0] ?? {sequence: 0, hash: chainStart};
	const next: AuditEvent = {...event, request, sequence: previous.sequence + 1};
	const hash = createHash('sha256').update(chainText(previous.hash, next)).digest('hex');
	await client.query(
		`insert into audit_event (request, sequence, kind, actor, at, detail, hash) values ($1, $2, $3, $4, $5, $6, $7)`,
		[request, next.sequence, next.kind, next.actor, new Date(next.at), JSON.stringify(next.detail), hash],
	);
}
