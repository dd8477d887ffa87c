import pg from 'pg';
import type {RowsDiffer} from '../../domain/drill.ts';
import type {TableRows} from '../../operations/ports/backups.ts';

export interface ComparedRows {
	readonly tablesCompared: number;
	readonly rowsRestored: number;
	readonly differ: readonly RowsDiffer[];
}

/**
 * Counts the rows of each table that the manifest counted; what it estimated cannot be compared.
 *
 * @param signal Heard between two tables; a count that runs is the caller's to end.
 */
export async function compareRows(
	client: pg.ClientBase,
	manifest: readonly TableRows[] | null,
	signal: AbortSignal,
): Promise<ComparedRows> {
	const differ: RowsDiffer[] = [];
	let tablesCompared = 0;
	let rowsRestored = 0;
	for (const {schema, name, rows, exact} of manifest ?? []) {
		if (!exact || rows === null) continue;
		signal.throwIfAborted();
		const restored = await countOf(client, schema, name);
		tablesCompared++;
		rowsRestored += restored ?? 0;
		if (restored !== rows) differ.push({table: `${schema}.${name}`, inManifest: rows, restored});
	}
	return {tablesCompared, rowsRestored, differ};
}

/** ONLY: a table that others inherit from is counted without theirs. Null where it is not there. */
async function countOf(client: pg.ClientBase, schema: string, name: string): Promise<number | null> {
	const table = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(name)}`;
	const {rows: found} = await client.query('SELECT FROM pg_catalog.pg_class WHERE oid = to_regclass($1)', [table]);
	if (found.length === 0) return null;
	const {rows} = await client.query<{rows: number}>(`SELECT count(*)::float8 AS rows FROM ONLY ${table}`);
	return rows[0]?.rows ?? null;
}
