import type pg from 'pg';
import {z} from 'zod';

import type {GateRequest} from '../../domain/gate.ts';
import {requestStates} from '../../domain/request.ts';
import {query} from './connection.ts';
import {historyTableOf} from './slots.ts';

const Row = z
	.object({
		number: z.number(),
		target: z.string(),
		history_table: z.string(),
		version: z.string(),
		state: z.enum(requestStates),
	})
	.transform(({history_table, ...row}): GateRequest => ({...row, historyTable: history_table}));

/** The requests of this version, and those that were for it before a newer version took its place. */
export async function forGate(
	pool: pg.Pool,
	app: string,
	version: string,
	target: string | null,
): Promise<readonly GateRequest[]> {
	const {rows} = await query(
		pool,
		`select number, target, ${historyTableOf} as history_table, version, state from request
		where app = $1 and ($3::text is null or target = $3) and (version = $2
			or number in (select request from replaced_script where replaced_script.version = $2))`,
		[app, version, target],
	);
	return rows.map((row) => Row.parse(row));
}
