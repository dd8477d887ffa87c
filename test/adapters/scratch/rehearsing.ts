import {chmod, mkdtemp, readdir, rm} from 'node:fs/promises';
import type pg from 'pg';
import {createScratch} from '../../../src/adapters/scratch/scratch.ts';
import type {ScratchSettings} from '../../../src/adapters/scratch/scratch-settings.ts';
import type {RehearsalReport, RehearsedGround, WholeRehearsal} from '../../../src/domain/rehearsal.ts';
import type {RehearsalRequest} from '../../../src/operations/ports/scratch.ts';
import type {HistoryTable} from '../../../src/operations/ports/targets.ts';
import {createOwnedDatabase} from '../../support/owned-database.ts';
import {atEndOfFile} from '../../support/leaks.ts';

/** A production database, and throw-away servers to rehearse on. */
export interface RehearsedShop {
	readonly settings: ScratchSettings;
	readonly database: string;
	/** Who applies: an ordinary role, the database's owner. */
	readonly user: string;
	/** The superuser's session on production; whoever asked for it ends it. */
	connect(): Promise<pg.Client>;
	/** Runs SQL on production as the superuser. */
	query<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]>;
	rehearse(script: string | Uint8Array, changed?: Changed): Promise<WholeRehearsal>;
}

export interface Changed extends Partial<RehearsalRequest> {
	readonly settings?: Partial<ScratchSettings>;
}

export const efHistory: HistoryTable = {
	table: '"__EFMigrationsHistory"',
	migrationIdColumn: 'MigrationId',
	productVersionColumn: 'ProductVersion',
};

/** EF's own first statement. */
export const historySql = `CREATE TABLE IF NOT EXISTS "__EFMigrationsHistory" (
	"MigrationId" character varying(150) NOT NULL, "ProductVersion" character varying(32) NOT NULL, CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY ("MigrationId"));`;

/** @param schema Run as the applying role, after the history with one row was made; null for an empty database. */
export async function createShop(schema: string | null): Promise<RehearsedShop> {
	const database = await createOwnedDatabase();
	const {server, user, password, connect, query} = database;
	if (schema !== null) {
		await query(
			`SET ROLE ${user}; ${historySql} INSERT INTO "__EFMigrationsHistory" VALUES ('20260101000000_First', '10.0.3'); ${schema}`,
		);
	}
	const directory = await makeScratchPlace();
	const settings: ScratchSettings = {
		targets: [
			{
				name: 'shop',
				host: server.host,
				port: server.port,
				database: database.name,
				ssl: null,
				apply: {user, password},
				backup: {user: server.superuser, password: server.password},
			},
		],
		toolFolders: [server.binDirectory],
		directory,
		keepAwayFrom: [],
	};
	return {
		settings,
		database: database.name,
		user,
		connect,
		query,
		rehearse: async (script, {settings: changedSettings, ...changed} = {}) =>
			await createScratch({...settings, ...changedSettings}).rehearse({
				target: 'shop',
				requestNumber: 42,
				bytes: Buffer.from(script),
				history: efHistory,
				role: null,
				lockTimeoutMs: 5000,
				signal: new AbortController().signal,
				...changed,
			}),
	};
}

/** A folder for throw-away servers, by a path short enough for a socket. What is left in it fails the file. */
export async function makeScratchPlace(): Promise<string> {
	const directory = await mkdtemp('/tmp/lockstep-');
	await chmod(directory, 0o711);
	atEndOfFile(async () => {
		const left = await readdir(directory);
		await rm(directory, {recursive: true});
		if (left.length > 0) throw new Error(`throw-away servers left behind: ${left.join(', ')}`);
	});
	return directory;
}

/** A migration as EF 8 writes it: a transaction, a guarded block, the history's row. */
export function migration(id: string, ...statements: readonly string[]): string {
	const guard = `IF NOT EXISTS(SELECT 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '${id}') THEN`;
	const block = (body: string): string => `DO $EF$\nBEGIN\n    ${guard}\n    ${body}\n    END IF;\nEND $EF$;\n`;
	const row = `INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('${id}', '8.0.8');`;
	return ['START TRANSACTION;\n', ...[...statements, row].map(block), 'COMMIT;\n'].join('\n');
}

/** The report, whatever came of it; where there is none, an error that says why. */
export function reported(rehearsal: WholeRehearsal): RehearsalReport & RehearsedGround {
	if (rehearsal.kind === 'impossible') throw new Error(`not rehearsed: ${rehearsal.sentence}`);
	return rehearsal;
}
