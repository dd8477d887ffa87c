import {mkdtemp, readdir, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {isRefusal} from '../../src/domain/refusal.ts';
import {refuseFaults} from '../../src/domain/script/faults.ts';
import {efVersions} from '../../test/support/ef-script.ts';
import {reviewBytes, tryRead} from '../../test/support/read-ef-script.ts';
import type {BenchOptions} from '../options.ts';
import {median, peakMegabytes, processMedians, runProcess, timesOf} from '../measure.ts';
import {plantedFaults} from './planted.ts';
import {builtLockstep, builtReview, installedSquawk} from './programs.ts';
import {creatingScripts, scriptOfSize} from './scripts.ts';

/** Goals, as the figures' page in docs/ tells them. */
const goals = {warmMs: 200, processMs: 600, peakMegabytes: 200};
/** How much slower per byte the largest script may be than the smallest: what clock and garbage collection vary by. */
const growthSlack = 1.2;

/** Detection, quietness, time, memory and growth of the review, beside squawk-cli on the same files. */
export async function reviewBench(options: BenchOptions): Promise<object> {
	const folder = await mkdtemp(path.join(tmpdir(), 'lockstep-bench-'));
	try {
		const lockstep = await builtLockstep();
		const squawk = await installedSquawk();
		const corpus = await readCorpus(options.corpus);
		const detection = await detect(folder, squawk);
		const falseAlarms = countFalseAlarms();
		const noise = corpus.length === 0 ? null : measureNoise(corpus);
		const time = await measureTime(folder, largest(corpus), lockstep, squawk);
		const growth = await measureGrowth(lockstep);
		const holds =
			detection.lockstep.found === detection.of &&
			falseAlarms.withFindings === 0 &&
			time.warmMs <= goals.warmMs &&
			time.processMs <= goals.processMs &&
			time.peakMegabytes <= goals.peakMegabytes &&
			growth.timePerByte <= growthSlack;
		const result = {detection, falseAlarms, noise, time, growth, holds};
		print(result);
		return result;
	} finally {
		await rm(folder, {recursive: true});
	}
}

interface Script {
	readonly name: string;
	readonly bytes: Buffer;
}

/** The folder given, or public scripts that lie beside the checkout; without any, generated ones serve. */
async function readCorpus(given: string | null): Promise<readonly Script[]> {
	const folder = given ?? '../shared/corpus';
	const entries = await readdir(folder, {recursive: true, withFileTypes: true}).catch((error: unknown) => {
		if (given !== null) throw error;
		return [];
	});
	const files = entries.filter((entry) => entry.isFile() && entry.name.endsWith('.sql'));
	return await Promise.all(
		files.map(async ({name, parentPath}) => ({name, bytes: await readFile(path.join(parentPath, name))})),
	);
}

function largest(corpus: readonly Script[]): Script {
	const [first] = corpus.toSorted((left, right) => right.bytes.length - left.bytes.length);
	return first !== undefined && first.bytes.length > 400_000
		? first
		: {name: 'a generated script', bytes: scriptOfSize(528_000)};
}

/** A fault counts as found by Lockstep under its own rule, by squawk where it says anything about the fault's own lines. */
async function detect(
	folder: string,
	squawk: string | null,
): Promise<{
	readonly of: number;
	readonly lockstep: {readonly found: number; readonly missed: readonly string[]};
	readonly squawk: {readonly found: number; readonly unwrapped: number} | null;
}> {
	const faults = efVersions.flatMap((version) => plantedFaults(version).map((fault) => ({version, fault})));
	const missed = faults.filter(({fault}) => {
		const review = reviewBytes(fault.bytes, fault);
		return !review.findings.some(({rule}) => rule === fault.rule);
	});
	return {
		of: faults.length,
		lockstep: {
			found: faults.length - missed.length,
			missed: missed.map(({version, fault}) => `${fault.rule} in EF ${version}`),
		},
		squawk:
			squawk === null
				? null
				: await squawkFound(
						folder,
						squawk,
						faults.map(({fault}) => fault),
					),
	};
}

async function squawkFound(
	folder: string,
	squawk: string,
	faults: readonly {readonly sql: string; readonly bytes: Buffer}[],
): Promise<{readonly found: number; readonly unwrapped: number}> {
	let found = 0;
	let unwrapped = 0;
	for (const {sql, bytes} of faults) {
		const wrapped = path.join(folder, 'wrapped.sql');
		await writeFile(wrapped, bytes);
		const text = bytes.toString('utf8');
		const first = text.slice(0, text.indexOf(sql.trim().slice(0, 20))).split('\n').length - 1;
		const lines = await squawkLines(squawk, wrapped);
		if (lines.some((line) => line >= first && line < first + sql.split('\n').length)) found += 1;
		const bare = path.join(folder, 'bare.sql');
		await writeFile(bare, sql.trim().endsWith(';') ? sql : `${sql};`);
		if ((await squawkLines(squawk, bare)).length > 0) unwrapped += 1;
	}
	return {found, unwrapped};
}

/** Lines from 0, as squawk counts them. */
async function squawkLines(squawk: string, file: string): Promise<readonly number[]> {
	const {stdout} = await runProcess(squawk, ['--reporter', 'Json', file]);
	const violations = JSON.parse(stdout) as readonly {readonly line: number}[];
	return violations.map(({line}) => line);
}

function countFalseAlarms(): {readonly scripts: number; readonly withFindings: number} {
	const scripts = creatingScripts();
	const loud = scripts.filter((bytes) => reviewBytes(bytes).findings.some(({severity}) => severity !== 'notice'));
	return {scripts: scripts.length, withFindings: loud.length};
}

interface Noise {
	readonly scripts: number;
	readonly medianWarnings: number;
	readonly mostWarnings: number;
	readonly withoutBlockerOrWarning: number;
	readonly withBlocker: number;
	readonly refused: number;
}

/** Each script as it is met in daily work: all of its migrations are applied but the last. */
function measureNoise(corpus: readonly Script[]): Noise {
	const counts: {readonly warnings: number; readonly blockers: number}[] = [];
	for (const {bytes} of corpus) {
		const read = tryRead(bytes);
		if (isRefusal(read) || refuseFaults(read.script) !== null) continue;
		const ids = read.frame.migrations.map(({id}) => id);
		const {findings} = reviewBytes(bytes, {appliedIds: ids.slice(0, -1)});
		const of = (severity: string): number => findings.filter((finding) => finding.severity === severity).length;
		counts.push({warnings: of('warning'), blockers: of('blocker')});
	}
	const warnings = counts.map((count) => count.warnings);
	return {
		scripts: counts.length,
		medianWarnings: median(warnings),
		mostWarnings: Math.max(...warnings),
		withoutBlockerOrWarning: counts.filter((count) => count.warnings + count.blockers === 0).length,
		withBlocker: counts.filter(({blockers}) => blockers > 0).length,
		refused: corpus.length - counts.length,
	};
}

interface Time {
	readonly bytes: number;
	readonly warmMs: number;
	readonly processMs: number;
	readonly peakMegabytes: number;
	readonly squawkProcessMs: number | null;
	/** Lockstep's whole process beside squawk's; squawk does not look into the blocks. */
	readonly processRatio: number | null;
	/** Lockstep's whole process beside Node.js doing nothing. */
	readonly nodeRatio: number;
}

async function measureTime(folder: string, script: Script, lockstep: string, squawk: string | null): Promise<Time> {
	const file = path.join(folder, 'largest.sql');
	await writeFile(file, script.bytes);
	const review = await builtReview(lockstep);
	const warm = timesOf(() => review(script.bytes), {runs: 15, warmUp: 5});
	const node = process.execPath;
	const commands: (readonly [string, ...string[]])[] = [
		[node, lockstep, 'review', file, '--format', 'json'],
		[node, '-e', '0'],
		...(squawk === null ? [] : [[squawk, file] as const]),
	];
	const [processMs = Number.NaN, nodeMs = Number.NaN, squawkMs] = await processMedians(commands, 11);
	return {
		bytes: script.bytes.length,
		warmMs: round(median(warm)),
		processMs: round(processMs),
		peakMegabytes: round(await peakMegabytes([lockstep, 'review', file, '--format', 'json'])),
		squawkProcessMs: squawkMs === undefined ? null : round(squawkMs),
		processRatio: squawkMs === undefined ? null : round(processMs / squawkMs),
		nodeRatio: round(processMs / nodeMs),
	};
}

interface Growth {
	readonly megabytes: readonly number[];
	readonly ms: readonly number[];
	/** Time per byte of the largest beside that of the smallest: 1 is linear. */
	readonly timePerByte: number;
}

async function measureGrowth(lockstep: string): Promise<Growth> {
	const review = await builtReview(lockstep);
	const sizes = [0.5, 2, 8];
	const ms = sizes.map((size) => {
		const bytes = scriptOfSize(size * 1_000_000);
		return median(timesOf(() => review(bytes), {runs: 7, warmUp: 2}));
	});
	const [small = Number.NaN, , large = Number.NaN] = ms;
	return {megabytes: sizes, ms: ms.map((value) => round(value)), timePerByte: round(large / 8 / (small / 0.5))};
}

function round(value: number): number {
	return Math.round(value * 100) / 100;
}

function print(result: object): void {
	for (const [name, figures] of Object.entries(result)) {
		process.stdout.write(`${name}: ${JSON.stringify(figures, null, 1).replaceAll(/\s+/gu, ' ')}\n`);
	}
}
