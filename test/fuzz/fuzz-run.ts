import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import {createScriptReader} from '../../src/adapters/sql/reader.ts';
import {isRefusal} from '../../src/domain/refusal.ts';
import type {Review} from '../../src/domain/review/review.ts';
import {historyOf} from '../../src/domain/script/ef-frame.ts';
import {refuseFaults} from '../../src/domain/script/faults.ts';
import {expectedHistory} from '../../src/domain/script/pending.ts';
import type {ReadScript, ScriptReader} from '../../src/operations/ports/script-reader.ts';
import {reviewDutifully} from './review-properties.ts';
import {restrictedCommand, type ScratchServer, type ServerRun} from './scratch-server.ts';
import {appliedOf, scriptCases, type ScriptCase} from './script-cases.ts';
import {compareWithServer} from './server-oracle.ts';

export interface FuzzPlan {
	readonly cases: number;
	readonly seed: number;
	readonly corpus: readonly Buffer[];
	readonly server: ScratchServer;
	/** Called now and then. */
	readonly onProgress?: (counts: FuzzCounts) => void;
}

export interface FuzzCounts {
	readonly cases: number;
	/** Run on the server. */
	readonly executed: number;
	/** Of those: psql came to the end of the script. */
	readonly completed: number;
	/** Of those: with a pending EXECUTE of unknown text that ran something. */
	readonly dynamic: number;
	/** The file cannot be used: not UTF-8, not EF's, a fault in its text. */
	readonly refused: number;
	/** A blocker that nobody may waive stands against it. */
	readonly blocked: number;
	/** Statements that the server said it ran. */
	readonly statements: number;
}

export interface FuzzFailure {
	readonly message: string;
	readonly script: string;
	readonly base64: string;
	readonly applied: string;
	readonly seed: number;
	readonly path: string;
}

/** Milliseconds for one script; a thread that is shared with other work is slow, not stuck. */
const timeLimitMs = 20_000;
const progressEvery = 250;

/** Runs cases until one fails, which is made smaller then. */
export async function fuzz(
	plan: FuzzPlan,
): Promise<{readonly counts: FuzzCounts; readonly failure: FuzzFailure | null}> {
	const reader = createScriptReader({timeLimitMs});
	let counts: FuzzCounts = none;
	const property = fc.asyncProperty(scriptCases(plan.corpus), async (script) => {
		const outcome = await examine(script, reader, plan.server);
		counts = add(counts, outcome);
		if (counts.cases % progressEvery === 0) plan.onProgress?.(counts);
	});
	try {
		const result = await fc.check(property, {numRuns: plan.cases, seed: plan.seed});
		const failed = result.counterexample?.[0];
		if (!result.failed || failed === undefined) return {counts, failure: null};
		const {errorInstance: error, seed, counterexamplePath} = result;
		return {counts, failure: failureOf(failed, error, seed, counterexamplePath ?? '')};
	} finally {
		await reader.close();
	}
}

/** Every file of a folder that can be a script. */
export async function readCorpus(folder: string): Promise<readonly Buffer[]> {
	const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).toSorted();
	return await Promise.all(names.map(async (name) => await readFile(path.join(folder, name))));
}

const none: FuzzCounts = {cases: 0, executed: 0, completed: 0, dynamic: 0, refused: 0, blocked: 0, statements: 0};

type Outcome =
	| {readonly kind: 'refused' | 'blocked'}
	| {readonly kind: 'executed'; readonly completed: boolean; readonly dynamic: boolean; readonly statements: number};

function add(counts: FuzzCounts, outcome: Outcome): FuzzCounts {
	const next = {...counts, cases: counts.cases + 1, [outcome.kind]: counts[outcome.kind] + 1};
	if (outcome.kind !== 'executed') return next;
	return {
		...next,
		completed: counts.completed + Number(outcome.completed),
		dynamic: counts.dynamic + Number(outcome.dynamic),
		statements: counts.statements + outcome.statements,
	};
}

/** @throws where the script breaks something, or the server ran what the review does not tell */
async function examine(
	{bytes, applied, facts}: ScriptCase,
	reader: ScriptReader,
	server: ScratchServer,
): Promise<Outcome> {
	const read = await reader.read(bytes);
	if (isRefusal(read)) {
		if (read.sentence.includes('took longer')) throw new Error(read.sentence);
		return {kind: 'refused'};
	}
	const appliedIds = appliedOf(
		read.frame.migrations.map(({id}) => id),
		applied,
	);
	const review = reviewDutifully(bytes, read, appliedIds, facts);
	if (refuseFaults(read.script) !== null) return {kind: 'refused'};
	return isBlocked(review) ? {kind: 'blocked'} : await examineOnServer({bytes, read, appliedIds, server, review});
}

/** Rules about what no script may do: they look at the whole file, and nobody may waive them. */
const byteLevelRules: ReadonlySet<string> = new Set([
	'unparsable',
	'psql-command',
	'parser-differential',
	'hidden-characters',
	'server-escape',
	'session-override',
	'history-tampering',
]);

function isBlocked({findings}: Review): boolean {
	return findings.some(({rule, severity}) => severity === 'blocker' && byteLevelRules.has(rule));
}

interface ServerCase {
	readonly bytes: Buffer;
	readonly read: ReadScript;
	readonly appliedIds: readonly string[];
	readonly server: ScratchServer;
	readonly review: Review;
}

async function examineOnServer({bytes, read, appliedIds, server, review}: ServerCase): Promise<Outcome> {
	const {frame} = read;
	const run = await server.run(bytes, {
		table: historyOf(frame),
		idColumn: frame.historyColumn,
		versionColumn: frame.productVersionColumn,
		ids: appliedIds,
	});
	if (run === null) return {kind: 'refused'};
	const {statements, exitCode, errors} = run;
	if (errors.includes(restrictedCommand)) throw new Error(`psql met a command that the review missed: ${errors}`);
	const {unseen, dynamic} = compareWithServer(read, appliedIds, statements);
	if (unseen.length > 0) {
		throw new Error(
			`applied: ${JSON.stringify(appliedIds)}; the server ran:\n${unseen.map((item) => JSON.stringify(item)).join('\n')}`,
		);
	}
	if (dynamic === 0 && !isHopeless(review)) expectHistory(run, read, appliedIds);
	return {kind: 'executed', completed: exitCode === 0, dynamic: dynamic > 0, statements: statements.length};
}

/** Nobody may waive a finding: the script never runs, whatever it would do to its history. */
function isHopeless({findings}: Review): boolean {
	return findings.some(({severity, waivable}) => severity === 'blocker' && !waivable);
}

/**
 * A script may fail, or leave its last transaction open: then less is recorded.
 *
 * @throws where the history holds what is not pending, or lost what is not reverted
 */
function expectHistory({recorded}: ServerRun, {frame}: ReadScript, appliedIds: readonly string[]): void {
	if (recorded === null) return;
	const expected = expectedHistory(frame, appliedIds);
	const possible = new Set([...expected, ...appliedIds]);
	const kept = expected.filter((id) => appliedIds.includes(id));
	if (recorded.every((id) => possible.has(id)) && kept.every((id) => recorded.includes(id))) return;
	throw new Error(
		`the history had ${JSON.stringify(appliedIds)}, has ${JSON.stringify(recorded)}, and was to have ${JSON.stringify(expected)}`,
	);
}

function failureOf(
	{bytes, applied}: ScriptCase,
	error: unknown,
	seed: number,
	counterexamplePath: string,
): FuzzFailure {
	return {
		message: error instanceof Error ? (error.stack ?? error.message) : String(error),
		script: bytes.toString('utf8'),
		base64: bytes.toString('base64'),
		applied: String(applied),
		seed,
		path: counterexamplePath,
	};
}
