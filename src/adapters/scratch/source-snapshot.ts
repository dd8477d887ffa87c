import type {FileHandle} from 'node:fs/promises';
import type pg from 'pg';
import type {CatalogObject} from '../../domain/catalog-object.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {HistoryTable} from '../../operations/ports/targets.ts';
import {listCatalogObjects, readCatalogObjects} from '../../platform/postgres-catalog.ts';
import {closePostgres, connectPostgres} from '../../platform/postgres-connection.ts';
import type {PostgresTools} from '../../platform/postgres-tools.ts';
import {type CopiedTarget, loginOf, onlyRow, sessionName, targetFailure} from './connection.ts';
import {dumpSchema} from './dump.ts';
import {readSourceBy, type Source} from './source.ts';

/** The target's schema at one moment. */
export interface SourceSchema {
	/** Of pg_dump; the caller's to close. */
	readonly dump: FileHandle;
	/** In the target's own words: dump and restore put some expressions into others. */
	readonly objects: readonly CatalogObject[];
}

/** One moment of the target, held by a transaction until it is closed. */
export interface SourceSnapshot {
	readonly source: Source;
	/** @throws Failure */
	readSchema(tools: PostgresTools, signal: AbortSignal): Promise<SourceSchema>;
	close(): Promise<void>;
}

/**
 * @param role Assumed by the script; null where the applying user runs it.
 * @throws Failure
 */
export async function openSource(
	target: CopiedTarget,
	role: string | null,
	history: HistoryTable,
): Promise<SourceSnapshot> {
	const login = loginOf(target, 'apply');
	const translated = async <T>(work: () => Promise<T>): Promise<T> => {
		try {
			return await work();
		} catch (error) {
			throw targetFailure(error, login);
		}
	};
	const client = await translated(async () => await connectPostgres(login, sessionName));
	try {
		return await translated(async () => {
			await client.query(opening);
			const source = await readSourceBy(client, target, role, history);
			const snapshot = await exportSnapshot(client);
			return {
				source,
				readSchema: async (tools, signal) => {
					const reading: Reading = {
						list: async () => await translated(async () => await listCatalogObjects(client, [])),
						listNow: async () => await translated(async () => await readCatalogObjects(client, [])),
						end: async () => void (await translated(async () => await client.query('COMMIT'))),
						dump: async (id) => await dumpSchema(tools, loginOf(target, 'backup'), id, signal),
					};
					return (snapshot === null ? null : await readAt(reading, snapshot)) ?? (await readWhileStill(reading));
				},
				close: async () => await closePostgres(client),
			};
		});
	} catch (error) {
		await closePostgres(client);
		throw error;
	}
}

/** Nothing may end the transaction while pg_dump works. */
const opening = `BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
	SET LOCAL statement_timeout = 30000; SET LOCAL lock_timeout = 2000;
	SELECT set_config(name, '0', true) FROM pg_catalog.pg_settings
		WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')`;

async function exportSnapshot(client: pg.Client): Promise<string | null> {
	const {rows} = await client.query<{may: boolean}>(
		`SELECT has_function_privilege('pg_catalog.pg_export_snapshot()', 'execute') AS may`,
	);
	if (!onlyRow(rows).may) return null;
	const exported = await client.query<{id: string}>('SELECT pg_catalog.pg_export_snapshot() AS id');
	return onlyRow(exported.rows).id;
}

interface Reading {
	/** Objects as of the transaction's snapshot. */
	readonly list: () => Promise<readonly CatalogObject[]>;
	/** Objects as of now. Only after {@link end}. */
	readonly listNow: () => Promise<readonly CatalogObject[]>;
	/** Ends the transaction. */
	readonly end: () => Promise<void>;
	readonly dump: (snapshot: string | null) => Promise<FileHandle>;
}

/** Null where pg_dump cannot have the snapshot: a pooler may have led it to another server. */
async function readAt({list, dump}: Reading, snapshot: string): Promise<SourceSchema | null> {
	const [listed, dumped] = await Promise.allSettled([list(), dump(snapshot)]);
	if (dumped.status === 'rejected') {
		if (dumped.reason instanceof Failure && dumped.reason.code === 'target-failed') return null;
		throw dumped.reason;
	}
	if (listed.status === 'fulfilled') return {dump: dumped.value, objects: listed.value};
	await dumped.value.close();
	throw listed.reason;
}

/** Dumps until nothing changed meanwhile. */
const dumpsAtMost = 3;

async function readWhileStill({listNow, end, dump}: Reading): Promise<SourceSchema> {
	await end();
	let objects = await listNow();
	for (let tries = 0; tries < dumpsAtMost; tries++) {
		const file = await dump(null);
		const later = await listNow().catch(async (error: unknown) => {
			await file.close();
			throw error;
		});
		if (JSON.stringify(later) === JSON.stringify(objects)) return {dump: file, objects};
		await file.close();
		objects = later;
	}
	throw new Failure('target-busy', 'The schema of the target changes all the time, so that it could not be copied.');
}
