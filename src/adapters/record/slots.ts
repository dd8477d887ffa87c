import type pg from 'pg';
import {z} from 'zod';

import {replaceableStates} from '../../domain/request.ts';
import type {Slot} from '../../operations/ports/record.ts';
import {query} from './connection.ts';

/** Requests older than the column know their history table from their review. */
export const historyTableOf = `coalesce(nullif(history_table, ''), review ->> 'historyTable', '')`;

const inSlot = `target = $1 and app = $2 and ${historyTableOf} = $3`;

/** The newest request of the slot that a newer script takes the place of; inside a transaction or outside. */
export async function openInSlot(
	client: {query(text: string, values: unknown[]): Promise<{readonly rows: readonly unknown[]}>},
	{target, app, historyTable}: Slot,
): Promise<number | null> {
	const {rows} = await client.query(
		`select number from request where ${inSlot} and state = any($4) order by number desc limit 1`,
		[target, app, historyTable, replaceableStates],
	);
	return numberOf(rows);
}

/** The request of the slot that this submission opened or changed: its key stands in the row or in the audit. */
export async function submittedIn(pool: pg.Pool, slot: Slot, submissionKey: string): Promise<number | null> {
	const {rows} = await query(
		pool,
		`select number from request where ${inSlot} and (submission_key = $4 or exists (
			select 1 from audit_event where request = number and detail ->> 'submission' = $4))
		order by number desc limit 1`,
		[slot.target, slot.app, slot.historyTable, submissionKey],
	);
	return numberOf(rows);
}

function numberOf(rows: readonly unknown[]): number | null {
	return z.object({number: z.number()}).optional().parse(rows[0])?.number ?? null;
}
