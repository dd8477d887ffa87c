import type pg from 'pg';
import {z} from 'zod';

import type {KnownMigration} from '../../operations/ports/record.ts';
import {query} from './connection.ts';

const Row = z.object({app: z.string(), id: z.string()});

/** Ids that are, or were, applied on some target: what a rejected request wanted may never have left a branch. */
export async function knownMigrations(pool: pg.Pool, historyTable: string): Promise<readonly KnownMigration[]> {
	const {rows} = await query(
		pool,
		`select distinct request.app, migration.id from request
		cross join lateral jsonb_array_elements_text(case
			when state = 'verified' then review -> 'alreadyApplied' || (review -> 'pending')
			else review -> 'alreadyApplied' end) as migration (id)
		where review ->> 'historyTable' = $1 and review ->> 'direction' = 'up'
		order by migration.id, request.app`,
		[historyTable],
	);
	return rows.map((row) => Row.parse(row));
}
