import type pg from 'pg';
import {countedUpToRows} from '../../domain/review/last-use.ts';
import type {TableRows} from '../../operations/ports/backups.ts';

/** A table that a dump has to hold: of any schema but the system's, and no extension's own. */
export interface SnapshotTable {
	readonly oid: number;
	readonly schema: string;
	readonly name: string;
	/** False for a partitioned table, whose rows stand in its partitions. */
	readonly holdsRows: boolean;
	/** The planner's estimate; -1 where the table was never analysed. */
	readonly estimatedRows: number;
}

/** A count that takes longer is given up. Milliseconds; below the driver's own limit of a minute. */
const countMs = 20_000;
/** All counts together; what is left then is estimated. Milliseconds. */
const budgetMs = 120_000;

/** The first major whose backends notice, while they count, that nobody listens any more. */
const noticingVersion = 140_000;

/** Counts table by table within the open transaction; what is too large or takes too long is estimated. */
export async function countRows(
	client: pg.Client,
	tables: readonly SnapshotTable[],
	serverVersion: number,
): Promise<readonly TableRows[]> {
	await client.query(`SET LOCAL statement_timeout = ${countMs}; SET LOCAL lock_timeout = ${countMs}`);
	if (serverVersion >= noticingVersion) await client.query(`SET LOCAL client_connection_check_interval = '1s'`);
	const giveUpAt = performance.now() + budgetMs;
	const counted: TableRows[] = [];
	for (const table of tables.filter(({holdsRows}) => holdsRows)) {
		const isSmall = table.estimatedRows <= countedUpToRows && performance.now() < giveUpAt;
		const rows = isSmall ? await count(client, table) : null;
		counted.push(rows === null ? estimated(table) : {schema: table.schema, name: table.name, rows, exact: true});
	}
	return counted;
}

function estimated({schema, name, estimatedRows}: SnapshotTable): TableRows {
	return {schema, name, rows: estimatedRows < 0 ? null : Math.round(estimatedRows), exact: false};
}

/** Null where it took too long. ONLY: a table that others inherit from is counted without theirs. */
async function count(client: pg.Client, {schema, name}: SnapshotTable): Promise<number | null> {
	await client.query('SAVEPOINT counting');
	try {
		const {rows} = await client.query<{rows: number}>(
			`SELECT count(*)::float8 AS rows FROM ONLY ${client.escapeIdentifier(schema)}.${client.escapeIdentifier(name)}`,
		);
		await client.query('RELEASE SAVEPOINT counting');
		return rows[0]?.rows ?? null;
	} catch (error) {
		if (!(error instanceof Error && 'code' in error && tookTooLong.has(String(error.code)))) throw error;
		await client.query('ROLLBACK TO SAVEPOINT counting');
		return null;
	}
}

/** query_canceled and lock_not_available. */
const tookTooLong = new Set(['57014', '55P03']);
