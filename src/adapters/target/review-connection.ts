import type {TableFacts, TouchedTable} from '../../domain/review/table-facts.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {HistoryTable} from '../../operations/ports/targets.ts';
import type {PostgresLogin, PostgresSsl} from '../../platform/postgres-connection.ts';
import {onlyRow, withReading} from './connection.ts';
import {readHistoryRows} from './history.ts';
import {readTableFacts} from './table-facts.ts';

/** A database that only a review asks. */
export interface ReviewedDatabase extends Omit<PostgresLogin, 'ssl'> {
	/** `prefer` encrypts where the server can, as libpq does where nothing is said. */
	readonly ssl: PostgresSsl | 'prefer' | null;
	/** Looks with this role's rights and search path, as the script would; null for the user's own. */
	readonly role: string | null;
}

export interface ReviewReading {
	/** As `server_version_num`: 150018. */
	readonly serverVersion: number;
	/** Every id in the history; none where its table does not exist. */
	readonly historyIds: readonly string[];
	readonly facts: readonly TableFacts[];
}

/** What pg_stat_activity shows of the session. */
const sessionName = 'lockstep review';

/**
 * Reads the history and, of the tables that are touched by what it leaves pending, the facts: over one connection, in one
 * read-only transaction.
 *
 * @throws Failure
 */
export async function readForReview(
	database: ReviewedDatabase,
	history: HistoryTable,
	tablesOf: (appliedIds: readonly string[]) => readonly TouchedTable[],
): Promise<ReviewReading> {
	const read = async (ssl: PostgresSsl | null): Promise<ReviewReading> => {
		const settings = {...database, ssl, name: database.database, historyTables: [history.table], sessionName};
		return await withReading(settings, 'role', async (client) => {
			const {rows} = await client.query<{version: number}>(
				"SELECT current_setting('server_version_num')::int AS version",
			);
			const historyIds = ((await readHistoryRows(client, history)) ?? []).map(({migrationId}) => migrationId);
			const facts = await readTableFacts(client, tablesOf(historyIds));
			return {serverVersion: onlyRow(rows).version, historyIds, facts};
		});
	};
	if (database.ssl !== 'prefer') return await read(database.ssl);
	try {
		return await read({mode: 'require', caFile: null});
	} catch (error) {
		if (!hasNoTls(error)) throw error;
		return await read(null);
	}
}

/** The driver's own words: it has no code for this. */
function hasNoTls(error: unknown): boolean {
	const cause = error instanceof Failure ? error.cause : null;
	return cause instanceof Error && cause.message === 'The server does not support SSL connections';
}
