import {randomBytes} from 'node:crypto';
import type {FileHandle} from 'node:fs/promises';
import pg from 'pg';
import {
	type ObservedRewrite,
	type Pass,
	type RehearsalReport,
	type RehearsedGround,
	type RehearsedHistoryRow,
	type RehearsedOn,
	repetitionsOf,
	type RowDigest,
	tablesWritten,
	type WholeRehearsal,
} from '../../domain/rehearsal.ts';
import type {CatalogObject} from '../../domain/catalog-object.ts';
import {groundOfChange} from '../../domain/rehearsal-ground.ts';
import {diffText, effectsOf} from '../../domain/schema-delta.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {RehearsalRequest} from '../../operations/ports/scratch.ts';
import type {HistoryTable} from '../../operations/ports/targets.ts';
import {readCatalogObjects} from '../../platform/postgres-catalog.ts';
import type {Cluster} from './cluster.ts';
import {type CopiedTarget, saidBy, withSession} from './connection.ts';
import {copySchema, type SchemaCopy} from './copy.ts';
import {type PassLimits, runPass} from './pass.ts';
import {historyRecorderSql, newPageSql, readRecording, recorderSql, type Recording} from './recorder.ts';
import {readRowDigests} from './rows.ts';
import type {Source} from './source.ts';
import {type RanStatements, readRanStatements, resetRanStatements, startCounting} from './statements.ts';

export interface RehearsalPlan {
	readonly cluster: Cluster;
	readonly countsStatements: boolean;
	readonly target: CopiedTarget;
	readonly source: Source;
	/** The target's schema, of pg_dump. */
	readonly dump: FileHandle;
	/** The same schema as the target itself words it. */
	readonly objects: readonly CatalogObject[];
	readonly request: RehearsalRequest;
	readonly limits: PassLimits;
	/** performance.now() when the preparations began. */
	readonly beganAt: number;
}

/** Of the schema's difference. Characters. */
const longestDiff = 200_000;

/**
 * Copies, and applies the script twice.
 *
 * @throws Failure
 */
export async function rehearseOn(plan: RehearsalPlan): Promise<WholeRehearsal> {
	const {request} = plan;
	const copy = await copySchema({...plan, role: request.role, signal: request.signal});
	if (copy.kind === 'impossible') return copy;
	const stage: Stage = {...plan, copy, recorder: `lockstep_${randomBytes(6).toString('hex')}`};
	await record(stage);
	const on = describe(plan, copy);
	const before = await look(stage);
	const first = await playPass(stage, 1);
	const between = first.serverLives ? await look(stage) : before;
	const report = reportOf(plan, on, before, between, first);
	if (first.pass.error !== null) return {kind: 'failed', error: first.pass.error, ...report};
	const second = await playPass(stage, 2);
	const after = second.serverLives ? await look(stage) : between;
	const repeated = repetitionsOf({
		effects: effectsOf(between.catalog, after.catalog),
		historyBefore: between.history,
		historyAfter: after.history,
		rowsBefore: between.rows,
		rowsAfter: after.rows,
		rewritten: second.recording.rewrites.map(({table}: ObservedRewrite) => table),
		error: second.pass.error,
	});
	const whole = {...report, second: second.pass, repeated, writesRunAgain: second.ran?.writes ?? null};
	return {kind: repeated.length === 0 ? 'passed' : 'not-idempotent', ...whole};
}

interface Stage extends RehearsalPlan {
	readonly copy: SchemaCopy;
	/** The recorder's schema, new for every rehearsal. */
	readonly recorder: string;
}

function describe({cluster, beganAt}: RehearsalPlan, copy: SchemaCopy): RehearsedOn {
	return {
		serverVersion: cluster.version,
		isolation: {
			account: cluster.confinement.account?.name ?? null,
			networkCut: cluster.confinement.networkCut,
		},
		leftOut: copy.leftOut,
		stubbedRoles: copy.stubbedRoles,
		preparedInMs: Math.round(performance.now() - beganAt),
	};
}

async function record({copy, recorder, source, countsStatements, cluster}: Stage): Promise<void> {
	await withSession(copy.admin, async (client) => {
		await client.query(recorderSql(recorder));
		if (source.history === null) return;
		const {schema, table} = source.history;
		const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
		await client.query(historyRecorderSql(recorder, name));
	});
	if (countsStatements) await startCounting(cluster);
}

/** The copy at one moment. */
interface Look {
	readonly catalog: readonly CatalogObject[];
	readonly history: readonly RehearsedHistoryRow[];
	readonly rows: readonly RowDigest[];
}

async function look({copy, recorder, request}: Stage): Promise<Look> {
	return {
		...(await withSession(copy.admin, async (client) => ({
			catalog: await readCatalogObjects(client, [recorder]),
			rows: await readRowDigests(client, recorder),
		}))),
		history: await readHistory(copy, request.role, request.history),
	};
}

interface Played {
	readonly pass: Pass;
	readonly recording: Recording;
	/** Null where the server does not count. */
	readonly ran: RanStatements | null;
	/** False where it had to be taken down with the script. */
	readonly serverLives: boolean;
}

const nothingRecorded: Recording = {commands: [], rewrites: [], locks: []};

async function playPass(stage: Stage, number: 1 | 2): Promise<Played> {
	const {cluster, copy, request, source, limits, recorder, countsStatements} = stage;
	await withSession(copy.admin, async (client) => await client.query(newPageSql(recorder)));
	if (countsStatements) await resetRanStatements(cluster);
	const {pass} = await runPass({
		...request,
		cluster,
		limits,
		login: copy.script,
		serverVersion: source.serverVersion,
		echoErrors: number === 1,
	});
	try {
		return await withSession(copy.admin, async (client) => {
			await endOthers(client);
			const ran = countsStatements ? await readRanStatements(cluster, copy.database, recorder) : null;
			return {pass, recording: await readRecording(client, recorder), ran, serverLives: true};
		});
	} catch (error) {
		// A server that was taken down with the script has nothing more to tell.
		if (pass.error !== null) return {pass, recording: nothingRecorded, ran: null, serverLives: false};
		throw new Failure('scratch-unavailable', `The scratch server ended: ${saidBy(error)}`, {cause: error});
	}
}

/** A killed psql's session may hold locks that a look at the rows would wait for. */
async function endOthers(client: pg.ClientBase): Promise<void> {
	await client.query(
		`SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
		WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
	);
}

function reportOf(
	{objects}: RehearsalPlan,
	on: RehearsedOn,
	before: Look,
	after: Look,
	{pass, recording, ran}: Played,
): RehearsalReport & RehearsedGround {
	const ground = groundOfChange(objects, before.catalog, after.catalog, tablesWritten(recording.locks));
	return {
		on,
		first: pass,
		second: null,
		effects: effectsOf(before.catalog, after.catalog),
		...ground,
		schemaDiff: diffText(ground.delta, longestDiff),
		...recording,
		locksUnseen: ran?.locksUnseen ?? [],
		historyBefore: before.history,
		historyAfter: after.history,
		repeated: [],
		writesRunAgain: null,
	};
}

/**
 * The script's role says which table is meant, by its search path. The superuser reads it, and only a real table: what
 * a view would call is the script's. format() calls a type's own output function, never a cast.
 */
async function readHistory(
	copy: SchemaCopy,
	role: string | null,
	{table, migrationIdColumn, productVersionColumn}: HistoryTable,
): Promise<readonly RehearsedHistoryRow[]> {
	const name = await withSession(copy.script, async (client) => {
		await client.query(
			`SET statement_timeout = 10000; ${role === null ? '' : `SET ROLE ${pg.escapeIdentifier(role)}`}`,
		);
		const {rows} = await client.query<{name: string}>(
			`SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_catalog.pg_class AS c
			JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = to_regclass($1) AND c.relkind IN ('r', 'p')`,
			[table],
		);
		return rows[0]?.name ?? null;
	});
	if (name === null) return [];
	const [id, version] = [migrationIdColumn, productVersionColumn].map((column) => `h.${pg.escapeIdentifier(column)}`);
	return await withSession(copy.admin, async (client) => {
		const {rows} = await client.query<RehearsedHistoryRow>(
			`SELECT format('%s', ${id}) AS "migrationId", format('%s', ${version}) AS "productVersion" FROM ${name} AS h ORDER BY format('%s', ${id}) COLLATE "C"`,
		);
		return rows;
	});
}
