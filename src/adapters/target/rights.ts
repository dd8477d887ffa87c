import type pg from 'pg';
import {onlyRow, type TargetSettings} from './connection.ts';
import {parseTableName, quoteIdentifier, quoteTable} from './identifiers.ts';

/**
 * What the applying user, or the role it assumes, lacks: to assume the role, to write the history tables that exist, to
 * create tables where histories and unnamed tables live, to write at all.
 *
 * @returns Sentences that say what to grant; none where nothing is missing.
 */
export async function readMissingRights(client: pg.ClientBase, settings: TargetSettings): Promise<readonly string[]> {
	const who = await readWhoApplies(client, settings);
	if (!who.mayAssume) {
		return [
			`${settings.user} may not assume the role ${who.role}: GRANT ${quoteIdentifier(who.role)} TO ${quoteIdentifier(settings.user)}.`,
		];
	}
	if (who.readOnly) {
		return ['The database is set to read-only transactions (default_transaction_read_only): no migration can run.'];
	}
	const missing: string[] = [];
	const schemas = new Set<string>();
	for (const text of settings.historyTables) {
		const history = await readHistoryRights(client, who.role, text);
		if (!history.mayWrite) {
			missing.push(`${who.role} may not read and write the history table ${text}: GRANT SELECT, INSERT, DELETE on it.`);
		}
		if (!history.exists && history.schema !== null) schemas.add(history.schema);
	}
	const unnamed = await readDefaultSchema(client, settings);
	for (const schema of schemas.add(unnamed ?? 'public')) {
		if (!(await mayCreateIn(client, who.role, schema))) {
			missing.push(`${who.role} may not create tables in schema ${schema}: GRANT USAGE, CREATE on it.`);
		}
	}
	return missing;
}

interface WhoApplies {
	readonly role: string;
	readonly mayAssume: boolean;
	readonly readOnly: boolean;
}

async function readWhoApplies(client: pg.ClientBase, settings: TargetSettings): Promise<WhoApplies> {
	const {rows} = await client.query<{role: string; mayAssume: boolean; readOnly: boolean}>(
		`SELECT coalesce($1, session_user) AS role,
			$1::text IS NULL OR EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = $1 AND pg_has_role(session_user, oid, 'MEMBER')) AS "mayAssume",
			coalesce((SELECT reset_val = 'on' FROM pg_catalog.pg_settings WHERE name = 'default_transaction_read_only'), false) AS "readOnly"`,
		[settings.role],
	);
	return onlyRow(rows);
}

interface HistoryRights {
	readonly exists: boolean;
	readonly mayWrite: boolean;
	readonly schema: string | null;
}

async function readHistoryRights(client: pg.ClientBase, role: string, text: string): Promise<HistoryRights> {
	const table = parseTableName(text);
	const {rows} = await client.query<{exists: boolean; mayWrite: boolean}>(
		`SELECT t.oid IS NOT NULL AS exists,
			t.oid IS NULL OR (has_table_privilege($2, t.oid, 'SELECT') AND has_table_privilege($2, t.oid, 'INSERT')
				AND has_table_privilege($2, t.oid, 'DELETE')) AS "mayWrite"
		FROM (SELECT (SELECT c.oid FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
			WHERE CASE WHEN $3::text IS NULL THEN c.oid = to_regclass($1) ELSE n.nspname = $3 AND c.relname = $4 END) AS oid) AS t`,
		[quoteTable({schema: null, name: table.name}), role, table.schema, table.name],
	);
	return {...onlyRow(rows), schema: table.schema};
}

/** Where tables without a schema go: `"$user"` in the search path depends on the role. */
async function readDefaultSchema(client: pg.ClientBase, settings: TargetSettings): Promise<string | null> {
	if (settings.role !== null) await client.query(`SET LOCAL ROLE ${quoteIdentifier(settings.role)}`);
	const {rows} = await client.query<{schema: string | null}>('SELECT current_schema() AS schema');
	if (settings.role !== null) await client.query('SET LOCAL ROLE NONE');
	return onlyRow(rows).schema;
}

/** A schema that is not there yet must be created: a right on the database. */
async function mayCreateIn(client: pg.ClientBase, role: string, schema: string): Promise<boolean> {
	const {rows} = await client.query<{may: boolean}>(
		`SELECT CASE WHEN n.oid IS NULL THEN has_database_privilege($1, current_database(), 'CREATE')
			ELSE has_schema_privilege($1, n.oid, 'CREATE') AND has_schema_privilege($1, n.oid, 'USAGE') END AS may
		FROM (SELECT (SELECT oid FROM pg_catalog.pg_namespace WHERE nspname = $2) AS oid) AS n`,
		[role, schema],
	);
	return onlyRow(rows).may;
}
