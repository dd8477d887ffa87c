import {createHash} from 'node:crypto';

import type pg from 'pg';

import {type AuditEvent, chainStart, chainText} from '../../domain/audit.ts';
import type {Claim, Committed, Transition} from '../../operations/ports/record.ts';
import {type Client, transaction} from './connection.ts';
import {Rolledback} from './rolled-back.ts';
import {isSeenByLaterStages, tellLaterStages} from './stages.ts';
import {write} from './writes.ts';

/** State by compare-and-set, its rows, its audit event and its messages, in one transaction. */
export async function commitTransition(pool: pg.Pool, transition: Transition): Promise<Committed> {
	for (let attempt = 1; ; attempt++) {
		try {
			await transaction(pool, async (client) => await writeTransitions(client, [transition]));
			return {kind: 'committed'};
		} catch (error) {
			if (error instanceof Rolledback) return error.committed;
			if (isActiveRunTaken(error)) return await busyWith(pool, transition.number);
			if (!isDeadlock(error) || attempt === deadlockAttempts) throw error;
		}
	}
}

/** Telling later stages may meet a submission over the same stages; whoever PostgreSQL ended finds the way free. */
const deadlockAttempts = 3;

/** Transitions of linked requests, in one transaction. */
export async function commitTransitions(
	pool: pg.Pool,
	transitions: readonly Transition[],
): Promise<Extract<Committed, {kind: 'committed' | 'moved'}>> {
	return await unlessMoved(async () => {
		await transaction(pool, async (client) => await writeTransitions(client, transitions));
		return {kind: 'committed'};
	});
}

/** Work whose transaction several requests take part in: when one of them has moved, nothing of it stays. */
export async function unlessMoved<T>(work: () => Promise<T>): Promise<T | {readonly kind: 'moved'}> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Rolledback && error.committed.kind === 'moved') return {kind: 'moved'};
		if (isDeadlock(error)) return {kind: 'moved'};
		throw error;
	}
}

/** Rolls back the transaction of `unlessMoved`. */
export function hasMoved(): Error {
	return new Rolledback({kind: 'moved'});
}

/** Two transactions over the same requests in another order: PostgreSQL ended one of them, which may try again. */
function isDeadlock(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === '40P01';
}

/** Inside the caller's transaction. All are locked first: what one writes raises the revision of the stages after it. */
async function writeTransitions(client: Client, transitions: readonly Transition[]): Promise<void> {
	await lockRequests(client, transitions);
	for (const transition of transitions) await writeTransition(client, transition);
}

/** For a request that the caller's transaction has locked. */
export async function writeTransition(client: Client, transition: Transition): Promise<void> {
	for (const one of transition.writes) await write(client, transition.number, one);
	if (transition.writes.some(isSeenByLaterStages)) await tellLaterStages(client, transition.number);
	await appendAudit(client, transition.number, transition.event);
}

/** Everybody in the order of the numbers, which is that of the stages unless a link was made later. */
export async function lockRequests(client: Client, transitions: readonly Transition[]): Promise<void> {
	for (const transition of transitions.toSorted((a, b) => a.number - b.number)) await lockRequest(client, transition);
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
