import {randomUUID} from 'node:crypto';
import type pg from 'pg';
import type {ApplyOutcome, ApplyRequest, HistoryTable, TargetDatabase} from '../../../src/operations/ports/targets.ts';
import type {TargetSettings} from '../../../src/adapters/target/connection.ts';
import {createTargets} from '../../../src/adapters/target/target-database.ts';
import {createOwnedDatabase} from '../../support/owned-database.ts';

/** A database as production has them: owned by a plain role that applies migrations, with a password full of traps. */
export interface Production {
	readonly settings: TargetSettings;
	readonly target: TargetDatabase;
	/** A session of the superuser's; whoever asked for it ends it. */
	connect(): Promise<pg.Client>;
	/** Runs SQL as the superuser. */
	query<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]>;
	/** The same database through other settings. */
	as(changed: Partial<TargetSettings>): TargetDatabase;
	/** An apply of the script with everything as expected, but for what is changed. */
	apply(script: string, changed?: Partial<ApplyRequest>): Promise<ApplyOutcome>;
	request(script: string, changed?: Partial<ApplyRequest>): Promise<ApplyRequest>;
}

export const efHistory: HistoryTable = {
	table: '"__EFMigrationsHistory"',
	migrationIdColumn: 'MigrationId',
	productVersionColumn: 'ProductVersion',
};

const historySql = `CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
	INSERT INTO "__EFMigrationsHistory" VALUES ('20260101000000_First', '10.0.3');`;

export const appliedIds: readonly string[] = ['20260101000000_First'];

export async function createProduction(): Promise<Production> {
	const database = await createOwnedDatabase();
	const {server, user, password, connect, query} = database;
	await query(`SET ROLE ${user}; ${historySql}`);
	const settings: TargetSettings = {
		name: 'shop',
		host: server.host,
		port: server.port,
		database: database.name,
		user,
		password,
		ssl: null,
		role: null,
		historyTables: [efHistory.table],
		connectTimeoutMs: 3000,
	};
	const open = (own: TargetSettings): TargetDatabase =>
		createTargets({targets: [own], toolFolders: [server.binDirectory]}).open('shop');
	const target = open(settings);
	const request: Production['request'] = async (script, changed) => ({
		requestNumber: 42,
		bytes: Buffer.from(script),
		beginWithinMs: 10_000,
		expectations: {
			identity: (await target.state()).identity,
			history: efHistory,
			appliedIds,
			emptyTables: [],
			smallTables: [],
		},
		lockTimeoutMs: 500,
		role: null,
		signal: new AbortController().signal,
		leashMs: 10_000,
		...changed,
	});
	return {
		settings,
		target,
		connect,
		query,
		as: (changed) => open({...settings, ...changed}),
		apply: async (script, changed) => await target.apply(await request(script, changed)).outcome,
		request,
	};
}

/** Asks again and again until the answer is there. */
export async function eventually<T>(
	question: () => Promise<T | null | undefined | false>,
	withinMs = 10_000,
): Promise<T> {
	const giveUpAt = performance.now() + withinMs;
	for (;;) {
		const answer = await question();
		if (answer !== null && answer !== undefined && answer !== false) return answer;
		if (performance.now() > giveUpAt) throw new Error(`no answer within ${withinMs} ms to ${String(question)}`);
		await new Promise((resolve) => setTimeout(resolve, 20));
	}
}

/** A UUID, for marks. */
export function newMark(): string {
	return randomUUID();
}
