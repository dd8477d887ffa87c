import type pg from 'pg';
import type {HistoryRow, HistoryTable} from '../../operations/ports/targets.ts';
import {Failure} from '../../operations/ports/failure.ts';
import {onlyRow, type TargetSettings, withReading} from './connection.ts';
import {parseTableName, quoteIdentifier, quoteTable} from './identifiers.ts';

/**
 * Reads the history as the script's role sees it, in the byte order of its ids, whatever the database's collation.
 *
 * @returns Null where the table does not exist.
 * @throws Failure target-failed where the table has other columns than the guard says.
 */
export async function readHistory(
	settings: TargetSettings,
	history: HistoryTable,
): Promise<readonly HistoryRow[] | null> {
	return await withReading(settings, 'role', async (client) => await readHistoryRows(client, history));
}

/** The same over a connection that is open already. */
export async function readHistoryRows(
	client: pg.ClientBase,
	history: HistoryTable,
): Promise<readonly HistoryRow[] | null> {
	const table = quoteTable(parseTableName(history.table));
	const id = quoteIdentifier(history.migrationIdColumn);
	const version = quoteIdentifier(history.productVersionColumn);
	const {rows: found} = await client.query<{there: boolean}>('SELECT to_regclass($1) IS NOT NULL AS there', [table]);
	if (!onlyRow(found).there) return null;
	try {
		const {rows} = await client.query<{id: string; version: string | null}>(
			`SELECT ${id}::text AS id, ${version}::text AS version FROM ${table} ORDER BY ${id}::text COLLATE "C"`,
		);
		return rows.map((row) => ({migrationId: row.id, productVersion: row.version ?? ''}));
	} catch (error) {
		throw isUndefinedColumn(error) ? otherColumns(history, error) : error;
	}
}

function isUndefinedColumn(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === '42703';
}

function otherColumns(history: HistoryTable, cause: unknown): Failure {
	const columns = `${history.migrationIdColumn} and ${history.productVersionColumn}`;
	const message = `The history table ${history.table} on the target does not have the columns ${columns} that the script uses. Was the script generated with another naming convention?`;
	return new Failure('target-failed', message, {cause});
}
