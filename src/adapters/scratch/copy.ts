import type {FileHandle} from 'node:fs/promises';
import pg from 'pg';
import type {LeftOut} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {PostgresLogin} from '../../platform/postgres-connection.ts';
import {saidBy, withSession} from './connection.ts';
import {restoreSchema} from './dump.ts';
import type {Source} from './source.ts';
import {type CopyRefused, finish, prepareDatabase, type SurroundingsPlan} from './surroundings.ts';

/** The target's schema on a throw-away server, with no rows but the history's. */
export interface SchemaCopy {
	readonly kind: 'copied';
	readonly database: string;
	/** Of the superuser. */
	readonly admin: PostgresLogin;
	/** As the script's psql logs in: the applying user's name, an ordinary role. */
	readonly script: PostgresLogin;
	readonly leftOut: readonly LeftOut[];
	readonly stubbedRoles: readonly string[];
}

interface CopyPlan extends SurroundingsPlan {
	/** Of pg_dump; the caller's to close. */
	readonly dump: FileHandle;
	readonly signal: AbortSignal;
}

const identifier = (name: string): string => pg.escapeIdentifier(name);

/**
 * Makes the copy. Whatever needs a superuser is done here: the script's role has no power beyond the copy.
 *
 * @throws Failure
 */
export async function copySchema(plan: CopyPlan): Promise<SchemaCopy | CopyRefused> {
	const {cluster, source, dump, signal} = plan;
	const empty = await prepareDatabase(plan);
	if (empty.kind === 'impossible') return empty;
	const {database, admin, script, stubbedRoles} = empty;
	const restored = await restoreSchema({cluster, database, dump, leftOut: source.leadingOut, signal});
	if (restored.failed.length > 0) return copyIncomplete(restored.failed);
	const refusedSettings = await withSession(admin, async (client) => {
		if (source.history !== null) await insertHistory(client, source.history);
		return await finish(client, plan);
	});
	const leftOut = [...source.leadingOut, ...restored.leftOut, ...empty.leftOut, ...refusedSettings];
	return {kind: 'copied', database, admin, script, leftOut, stubbedRoles};
}

function copyIncomplete(failed: readonly LeftOut[]): CopyRefused {
	const [first] = failed;
	const more = failed.length > 1 ? `, and ${failed.length - 1} more` : '';
	return {
		kind: 'impossible',
		reason: 'copy-incomplete',
		sentence: `The target's schema could not be copied as a whole: ${first?.name ?? ''}: ${first?.why ?? ''}${more}.`,
	};
}

async function insertHistory(client: pg.Client, history: NonNullable<Source['history']>): Promise<void> {
	const table = `${identifier(history.schema)}.${identifier(history.table)}`;
	const columns = history.columns.map(identifier).join(', ');
	// A trigger on the history is the target's own affair: its rows stand there already.
	await client.query('SET session_replication_role = replica');
	try {
		await client.query(
			`INSERT INTO ${table} (${columns}) OVERRIDING SYSTEM VALUE SELECT ${columns} FROM json_populate_recordset(NULL::${table}, $1::json)`,
			[history.rows],
		);
	} catch (error) {
		throw new Failure('target-failed', `The history ${table} could not be copied: ${saidBy(error)}`, {cause: error});
	} finally {
		await client.query('SET session_replication_role = origin');
	}
}
