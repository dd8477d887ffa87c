import {z} from 'zod';

import type {RecordStore} from '../../operations/ports/record.ts';
import {auditHolds} from './audit.ts';
import {createBackupRecords} from './backups.ts';
import {readBoard} from './board.ts';
import {commitTransition, commitTransitions} from './commit-transition.ts';
import {createPool, query} from './connection.ts';
import {due} from './due.ts';
import {takeEdit} from './edit-budget.ts';
import {forGate} from './for-gate.ts';
import {leftBehind} from './left-behind.ts';
import {rehearsalGround, runGround, verifiedSince} from './grounds.ts';
import {knownMigrations} from './known-migrations.ts';
import {activeClaim, heartbeat, release, renewReview, takeOver} from './leases.ts';
import {loadRequest} from './load-request.ts';
import {publishMessages} from './messages.ts';
import {openRequests} from './open-requests.ts';
import {appliedBy, overtakenBy, unverifiedOn} from './overtaken.ts';
import {LineRow} from './rows.ts';
import {openInSlot, submittedIn} from './slots.ts';
import {bytesOn} from './stages.ts';

/** The record in PostgreSQL. `onError` hears of connections that break while idle. */
export function createRecordStore(
	url: string,
	onError: (error: Error) => void,
): RecordStore & {close(): Promise<void>} {
	const pool = createPool(url, onError);
	return {
		open: async (stages, linked = []) => await openRequests(pool, stages, linked),
		openIn: async (slot) => await openInSlot(pool, slot),
		submitted: async (slot, submissionKey) => await submittedIn(pool, slot, submissionKey),
		load: async (number) => await loadRequest(pool, number),
		script: async (sha256) => {
			const {rows} = await query(pool, `select bytes from script where sha256 = $1`, [sha256]);
			return rows[0] === undefined ? null : z.instanceof(Uint8Array).parse(rows[0]['bytes']);
		},
		rehearsalGround: async (number) => await rehearsalGround(pool, number),
		runGround: async (run) => await runGround(pool, run),
		commit: async (transition) => await commitTransition(pool, transition),
		commitAll: async (transitions) => await commitTransitions(pool, transitions),
		list: async ({target, limit}) => {
			const {rows} = await query(
				pool,
				`select * from request where $1::text is null or target = $1
				order by state in ('verified', 'withdrawn', 'rejected', 'closed'), number desc limit $2`,
				[target, limit],
			);
			return rows.map((row) => LineRow.parse(row));
		},
		board: async (most) => await readBoard(pool, most),
		forGate: async (app, version, target) => await forGate(pool, app, version, target),
		bytesOn: async (target, app, sha256) => await bytesOn(pool, target, app, sha256),
		overtakenBy: async (number) => await overtakenBy(pool, number),
		unverifiedOn: async (target, historyTable, except) => await unverifiedOn(pool, target, historyTable, except),
		verifiedSince: async (run) => await verifiedSince(pool, run),
		leftBehind: async (number) => await leftBehind(pool, number),
		appliedBy: async (target, historyTable, ids) => await appliedBy(pool, target, historyTable, ids),
		knownMigrations: async (historyTable) => await knownMigrations(pool, historyTable),
		due: async () => await due(pool),
		backups: createBackupRecords(pool),
		takeOver: async (number, worker, leaseMs) => await takeOver(pool, number, worker, leaseMs),
		heartbeat: async (claim, leaseMs) => await heartbeat(pool, claim, leaseMs),
		renewReview: async (number, until, leaseMs) => await renewReview(pool, number, until, leaseMs),
		release: async (claim) => await release(pool, claim),
		activeClaim: async (number, worker) => await activeClaim(pool, number, worker),
		publishMessages: async (number, publish) => await publishMessages(pool, number, publish),
		takeEdit: async (message) => await takeEdit(pool, message),
		auditHolds: async (number) => await auditHolds(pool, number),
		now: async () => {
			const {rows} = await query(pool, `select clock_timestamp() as now`, []);
			return z.date().parse(rows[0]?.['now']).getTime();
		},
		close: async () => await pool.end(),
	};
}
