import type pg from 'pg';
import type {TableName} from '../../domain/script/table-name.ts';
import {quoteTable} from './identifiers.ts';

/** Milliseconds that one exact question may take; then the answer is unknown. */
const probeLimitMs = 5000;

/** Begins every text that asks about rows, for whoever reads pg_stat_statements, Lockstep included. */
export const probeMark = 'SELECT /* lockstep */';

/**
 * Asks whether there is a row. Null: not known, for it took too long, may not be read, or is locked.
 *
 * @param where SQL on the table's columns.
 */
export type RowProbe = (where?: string) => Promise<boolean | null>;

/** @param client Inside a transaction: every question is rolled back to a savepoint, its lock on the table included. */
export function rowProbe(client: pg.ClientBase, table: TableName, serverVersion: number): RowProbe {
	const hasTidRanges = serverVersion >= 140_000;
	const settings = hasTidRanges ? [...limits, ...tidRangesAlone] : limits;
	return async (where) => {
		const conditions = [...(hasTidRanges ? [anyPlace] : []), ...(where === undefined ? [] : [where])];
		const filter = conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`;
		return await answered(client, settings, async () => {
			const {rows} = await client.query<{filled: boolean}>(
				`${probeMark} EXISTS (SELECT 1 FROM ${quoteTable(table)}${filter} LIMIT 1) AS filled`,
			);
			return rows[0]?.filled ?? null;
		});
	};
}

/** Under row security hidden rows would look like none: switched off, the server says so instead. */
const limits = [`statement_timeout = ${probeLimitMs}`, 'row_security = off'];

/**
 * A scan over a range of row places is not counted in pg_stat_all_tables, a sequential scan is: the next review would
 * take this one's question for a use. The server has no other plan for the range once these are switched off.
 *
 * @see https://www.postgresql.org/docs/14/release-14.html "Allow efficient heap scanning of a range of TIDs"
 */
const tidRangesAlone = [
	'enable_tidscan = on',
	'enable_seqscan = off',
	'enable_indexscan = off',
	'enable_indexonlyscan = off',
	'enable_bitmapscan = off',
];

const anyPlace = `ctid >= '(0,0)'`;

/**
 * Does one piece of work in a savepoint that is rolled back.
 *
 * @param settings Local to the work: `statement_timeout = 5000`.
 * @returns null where the server does not answer in time or refuses to; any other error is thrown.
 */
export async function answered<T>(
	client: pg.ClientBase,
	settings: readonly string[],
	work: () => Promise<T>,
): Promise<T | null> {
	const local = settings.map((setting) => `SET LOCAL ${setting}`);
	await client.query(['SAVEPOINT lockstep_probe', ...local].join('; '));
	try {
		return await work();
	} catch (error) {
		if (isUnanswered(error)) return null;
		throw error;
	} finally {
		await client.query('ROLLBACK TO SAVEPOINT lockstep_probe; RELEASE SAVEPOINT lockstep_probe');
	}
}

/**
 * query_canceled (statement_timeout), lock_not_available, insufficient_privilege, object_not_in_prerequisite_state (a
 * library that is not loaded, a view without data), undefined_table (gone meanwhile), feature_not_supported (an unlogged
 * table on a standby).
 *
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const unanswered: ReadonlySet<unknown> = new Set(['57014', '55P03', '42501', '55000', '42P01', '0A000']);

function isUnanswered(error: unknown): boolean {
	return error instanceof Error && 'code' in error && unanswered.has(error.code);
}
