import {createHash} from 'node:crypto';

import type pg from 'pg';
import {z} from 'zod';

import {chainStart, chainText} from '../../domain/audit.ts';
import {query} from './connection.ts';

const EventRow = z.object({
	request: z.number(),
	sequence: z.number(),
	kind: z.string(),
	actor: z.string(),
	at: z.date().transform((date) => date.getTime()),
	detail: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string())])),
	hash: z.string(),
});

/** Every event follows the one before it, none is missing or changed. */
export async function auditHolds(pool: pg.Pool, number: number): Promise<boolean> {
	const {rows} = await query(pool, `select * from audit_event where request = $1 order by sequence`, [number]);
	let previous = chainStart;
	for (const [index, row] of rows.entries()) {
		const {hash, ...event} = EventRow.parse(row);
		if (event.sequence !== index + 1) return false;
		if (hash !== createHash('sha256').update(chainText(previous, event)).digest('hex')) return false;
		previous = hash;
	}
	return rows.length > 0;
}
