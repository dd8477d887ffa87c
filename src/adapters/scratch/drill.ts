import pg from 'pg';
import {type Drill, type DrillReport, type DrillSkipped, stoppedForLack} from '../../domain/drill.ts';
import type {LeftOut} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {DrillRequest, Drilled} from '../../operations/ports/scratch.ts';
import {askQuestions} from '../../platform/postgres-probes.ts';
import type {Cluster} from './cluster.ts';
import {type CopiedTarget, saidBy, withSession} from './connection.ts';
import {type ComparedRows, compareRows} from './counted-rows.ts';
import {type LimitWatch, watchLimits} from './limits.ts';
import {runPass} from './pass.ts';
import {restoreBackup} from './restore-backup.ts';
import type {Source} from './source.ts';
import {type EmptyCopy, finish, prepareDatabase, type SurroundingsPlan} from './surroundings.ts';

export interface DrillPlan {
	readonly cluster: Cluster;
	readonly target: CopiedTarget;
	/** As the target is now. */
	readonly source: Source;
	readonly request: DrillRequest;
	/** On disk, for all the server holds. */
	readonly bytes: number;
	/** Epoch milliseconds. */
	readonly at: number;
	/** performance.now() when the preparations began. */
	readonly beganAt: number;
}

/** Of a probe, as in production. Milliseconds. */
const probeMs = 30_000;
const lockWaitMs = 2000;

/**
 * Restores the backup, compares its rows, runs the script once, asks the probes.
 *
 * @throws Failure scratch-unavailable, cancelled
 */
export async function drillOn(plan: DrillPlan): Promise<Drilled> {
	const copy = await prepareDatabase(surroundings(plan));
	if (copy.kind === 'impossible') return skipped(plan, 'not-possible', copy.sentence);
	const restored = await restore(plan, copy);
	if ('drill' in restored) return restored;
	const stage: Stage = {...plan, copy, report: {...restored.report, scriptMs: null}};
	if (restored.rows.differ.length > 0) {
		return ended({kind: 'rows-differ', tables: restored.rows.differ, ...stage.report});
	}
	if (!restored.historyIsAsNow) return skipped(plan, 'outdated', outdated);
	return await play(stage);
}

interface Stage extends DrillPlan {
	readonly copy: EmptyCopy;
	readonly report: DrillReport;
}

const outdated =
	'the history changed since the backup was taken: the script would meet there what it does not meet in production.';

interface RestoredRows {
	readonly report: Omit<DrillReport, 'scriptMs'>;
	readonly rows: ComparedRows;
	readonly historyIsAsNow: boolean;
}

async function restore(plan: DrillPlan, copy: EmptyCopy): Promise<RestoredRows | Drilled> {
	const {cluster, request} = plan;
	const beganAt = performance.now();
	const subject = 'The restore';
	const limits = {milliseconds: remainingMs(plan), bytes: plan.bytes, subject, where: ''};
	const limit = watchLimits(cluster, limits, request.signal);
	try {
		const restored = await restoreDump(plan, copy, limit.signal);
		if ('drill' in restored) return limit.exceeded() === null ? restored : tooMuch(plan, limit);
		const found = await lookAtRows(plan, copy, {...restored, restoredInMs: Math.round(performance.now() - beganAt)});
		return limit.exceeded() === null ? found : tooMuch(plan, limit);
	} catch (error) {
		if (limit.exceeded() === null || request.signal.aborted) throw error;
		return tooMuch(plan, limit);
	} finally {
		limit.end();
	}
}

function tooMuch(plan: DrillPlan, limit: LimitWatch): Drilled {
	return skipped(plan, 'not-possible', limit.exceeded() ?? '');
}

async function restoreDump(
	plan: DrillPlan,
	{database, otherLocale}: EmptyCopy,
	signal: AbortSignal,
): Promise<{readonly leftOut: readonly LeftOut[]} | Drilled> {
	const {cluster, source, request, at} = plan;
	const {dumpFile: file, backup} = request;
	const restored = await restoreBackup({cluster, database, file, leftOut: source.leadingOut, otherLocale, signal});
	switch (restored.kind) {
		case 'restored':
			return {leftOut: restored.leftOut};
		case 'not-here':
			return skipped(plan, 'not-possible', `the backup was not restored: ${restored.sentence}`);
		case 'unreadable':
			return ended({kind: 'restore-failed', at, backup, sentence: restored.sentence});
	}
}

async function lookAtRows(
	plan: DrillPlan,
	copy: EmptyCopy,
	{leftOut, restoredInMs}: {readonly leftOut: readonly LeftOut[]; readonly restoredInMs: number},
): Promise<RestoredRows> {
	const {cluster, source, request, at} = plan;
	return await onServer(async () => {
		return await withSession(copy.admin, async (client) => {
			const refused = await finish(client, surroundings(plan));
			const rows = await compareRows(client, request.rows);
			const {tablesCompared, rowsRestored} = rows;
			const report = {
				at,
				backup: request.backup,
				serverVersion: cluster.version,
				restoredInMs,
				tablesCompared,
				rowsRestored,
				leftOut: [...source.leadingOut, ...copy.leftOut, ...leftOut, ...refused],
			};
			return {report, rows, historyIsAsNow: await hasHistoryAsNow(client, plan)};
		});
	});
}

async function play(stage: Stage): Promise<Drilled> {
	const {cluster, copy, source, request, report} = stage;
	const pass = await runPass({
		...request,
		cluster,
		limits: {milliseconds: remainingMs(stage), bytes: stage.bytes},
		withRows: true,
		login: copy.script,
		serverVersion: source.serverVersion,
		echoErrors: true,
	});
	const played = {...report, scriptMs: pass.milliseconds};
	if (pass.error !== null) {
		if (!stoppedForLack(pass.error, report.leftOut)) {
			return {drill: {kind: 'script-failed', error: pass.error, ...played}, output: pass.output};
		}
		return skipped(
			stage,
			'not-possible',
			`the script stopped for what the throw-away server has not: ${pass.error.message}.`,
		);
	}
	const sentences = await onServer(async () => await askProbes(stage));
	if (sentences.length > 0) return {drill: {kind: 'probes-failed', sentences, ...played}, output: pass.output};
	return {drill: {kind: 'passed', ...played}, output: pass.output};
}

/** As verification asks them of the target. */
async function askProbes({copy, request: {probes, role}}: Stage): Promise<readonly string[]> {
	if (probes.length === 0) return [];
	return await withSession(copy.script, async (client) => {
		const assumed = role === null ? '' : `; SET LOCAL ROLE ${pg.escapeIdentifier(role)}`;
		await client.query(
			`BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${probeMs}; SET LOCAL lock_timeout = ${lockWaitMs}${assumed}`,
		);
		return await askQuestions(client, probes);
	});
}

/** A shared backup may be older than another request's run: what that one applied is missing there. */
async function hasHistoryAsNow(client: pg.ClientBase, {source, request}: DrillPlan): Promise<boolean> {
	if (source.history === null) return true;
	const {schema, table, rows: text} = source.history;
	const name = `${pg.escapeIdentifier(schema)}.${pg.escapeIdentifier(table)}`;
	const {rows: found} = await client.query('SELECT FROM pg_catalog.pg_class WHERE oid = to_regclass($1)', [name]);
	if (found.length === 0) return false;
	const id = request.history.migrationIdColumn;
	const {rows} = await client.query<{there: string; now: string}>(
		`SELECT (SELECT coalesce(json_agg(format('%s', h.${pg.escapeIdentifier(id)}) ORDER BY format('%s', h.${pg.escapeIdentifier(id)}) COLLATE "C"), '[]') FROM ${name} AS h)::text AS there,
			(SELECT coalesce(json_agg(r ->> $2 ORDER BY r ->> $2 COLLATE "C"), '[]') FROM json_array_elements($1::json) AS r)::text AS now`,
		[text, id],
	);
	return rows[0] !== undefined && rows[0].there === rows[0].now;
}

/** A server that was taken down, or ended by itself, has nothing more to tell. */
async function onServer<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof Failure || error instanceof TypeError) throw error;
		throw new Failure('scratch-unavailable', `The throw-away server refused or ended: ${saidBy(error)}`, {
			cause: error,
		});
	}
}

function surroundings({cluster, target, source, request}: DrillPlan): SurroundingsPlan {
	return {cluster, target, source, role: request.role};
}

/** The server takes no longer time limit, and no timer rings later. Milliseconds. */
const longestLimit = 2 ** 31 - 1;

function remainingMs({request, beganAt}: DrillPlan): number {
	const left = Math.round(beganAt + request.withinMs - performance.now());
	return Math.min(Math.max(1, left), longestLimit);
}

function ended(drill: Drill): Drilled {
	return {drill, output: ''};
}

export function skipped({at}: Pick<DrillPlan, 'at'>, reason: DrillSkipped, sentence: string): Drilled {
	return ended({kind: 'skipped', at, reason, sentence});
}
