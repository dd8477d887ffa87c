import pg from 'pg';
import {
	type Drill,
	type DrillReport,
	type DrillSkipped,
	type Refusal,
	stoppedByServer,
	stoppedForLack,
	whyTooLate,
} from '../../domain/drill.ts';
import type {LeftOut} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {DrillRequest, Drilled} from '../../operations/ports/scratch.ts';
import {askQuestions, type QuestionFault} from '../../platform/postgres-probes.ts';
import {analyze} from './analyze.ts';
import type {Cluster} from './cluster.ts';
import {type CopiedTarget, saidBy, withSession} from './connection.ts';
import {type ComparedRows, compareRows} from './counted-rows.ts';
import {watchLimits} from './limits.ts';
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
	const beganAt = performance.now();
	return await withinLimits(plan, 'The restore', async (signal) => {
		const restored = await restoreDump(plan, copy, signal);
		if ('drill' in restored) return restored;
		const restoredInMs = Math.round(performance.now() - beganAt);
		const noStatistics = await analyze(plan.cluster, copy.database, signal);
		const leftOut = [...restored.leftOut, ...noStatistics];
		return await lookAtRows(plan, copy, {leftOut, restoredInMs, signal});
	});
}

/**
 * Works within what is left of the drill's time and disk. The server goes at once where a limit is met or somebody asks for
 * the end: a query that runs there ends with it, however long it would have taken.
 *
 * @param subject What is stopped, as a sentence begins: `The restore`.
 * @throws Failure cancelled, and what the work throws
 */
async function withinLimits<T>(
	plan: DrillPlan,
	subject: string,
	work: (signal: AbortSignal) => Promise<T>,
): Promise<T | Drilled> {
	const {cluster, request, bytes} = plan;
	const limit = watchLimits(cluster, {milliseconds: remainingMs(plan), bytes, subject, where: ''}, request.signal);
	const takeDown = (): void => {
		// Whoever started it stops it, too, and hears what went wrong.
		void cluster.stop().catch(() => undefined);
	};
	limit.signal.addEventListener('abort', takeDown, {once: true});
	try {
		limit.signal.throwIfAborted();
		const done = await work(limit.signal);
		limit.signal.throwIfAborted();
		return done;
	} catch (error) {
		if (request.signal.aborted) throw new Failure('cancelled', 'The drill was cancelled.', {cause: error});
		const exceeded = limit.exceeded();
		if (exceeded === null) throw error;
		return skipped(plan, 'not-possible', exceeded);
	} finally {
		limit.signal.removeEventListener('abort', takeDown);
		limit.end();
	}
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

interface Restored {
	readonly leftOut: readonly LeftOut[];
	readonly restoredInMs: number;
	readonly signal: AbortSignal;
}

async function lookAtRows(
	plan: DrillPlan,
	copy: EmptyCopy,
	{leftOut, restoredInMs, signal}: Restored,
): Promise<RestoredRows> {
	const {cluster, source, request, at} = plan;
	return await onServer(async () => {
		return await withSession(copy.admin, async (client) => {
			const refused = await finish(client, surroundings(plan));
			const rows = await compareRows(client, request.rows, signal);
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
	const milliseconds = remainingMs(stage);
	const tooLate = whyTooLate(milliseconds, request.withinMs);
	if (tooLate !== null) return skipped(stage, 'not-possible', tooLate);
	const {pass, stoppedByLimit} = await runPass({
		...request,
		cluster,
		limits: {milliseconds, bytes: stage.bytes},
		withRows: true,
		login: copy.script,
		serverVersion: source.serverVersion,
		echoErrors: true,
	});
	const {error, output} = pass;
	const played = {...report, scriptMs: pass.milliseconds};
	if (error !== null) {
		const why = stoppedByLimit ? null : whyNoVerdict(error, report.leftOut);
		if (why === null) return {drill: {kind: 'script-failed', error, ...played}, output};
		return skipped(stage, 'not-possible', `the script stopped for ${why}: ${withoutEnd(error.message)}.`);
	}
	const asked = await withinLimits(stage, 'Asking the probes', async (signal) => await askProbes(stage, signal));
	if ('drill' in asked) return asked;
	const {sentences, notHere} = asked;
	const told = {...played, leftOut: [...report.leftOut, ...notHere]};
	if (sentences.length > 0) return {drill: {kind: 'probes-failed', sentences, ...told}, output};
	return {drill: {kind: 'passed', ...told}, output};
}

/** Null where what was refused says something of production. */
function whyNoVerdict(refusal: Refusal, leftOut: readonly LeftOut[]): string | null {
	if (stoppedByServer(refusal)) return 'the throw-away server’s own trouble';
	return stoppedForLack(refusal, leftOut) ? 'what the throw-away server has not' : null;
}

function withoutEnd(message: string): string {
	return message.replace(/\.$/, '');
}

interface AskedProbes {
	/** Of those that are not true. */
	readonly sentences: readonly string[];
	/** Those that this server cannot answer. */
	readonly notHere: readonly LeftOut[];
}

/** As verification asks them of the target. */
async function askProbes(stage: Stage, signal: AbortSignal): Promise<AskedProbes> {
	const {copy, report, request} = stage;
	const {probes, role} = request;
	if (probes.length === 0) return {sentences: [], notHere: []};
	const faults = await onServer(
		async () =>
			await withSession(copy.script, async (client) => {
				const assumed = role === null ? '' : `; SET LOCAL ROLE ${pg.escapeIdentifier(role)}`;
				await client.query(
					`BEGIN TRANSACTION READ ONLY; SET LOCAL statement_timeout = ${probeMs}; SET LOCAL lock_timeout = ${lockWaitMs}${assumed}`,
				);
				return await askQuestions(client, probes, signal);
			}),
	);
	const isHere = (fault: QuestionFault): boolean => whyNoVerdict(fault, report.leftOut) === null;
	return {
		sentences: faults.filter(isHere).map(({sentence}) => sentence),
		notHere: faults.filter((fault) => !isHere(fault)).map(({name, sentence}) => ({kind: 'probe', name, why: sentence})),
	};
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
