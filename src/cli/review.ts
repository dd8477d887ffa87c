import {loadModule} from 'libpg-query';

import {readScript} from '../adapters/sql/read-script.ts';
import {isRefusal} from '../domain/refusal.ts';
import {defaultReviewPolicy} from '../domain/review/policy.ts';
import {reviewScript} from '../domain/review/review.ts';
import {assumedHistory, isUnusableChoice, type PendingChoice} from '../domain/script/assumed-history.ts';
import type {ReadScript} from '../operations/ports/script-reader.ts';
import {readInput} from './review/read-file.ts';
import {fileName, isBlocked, type Report} from './review/report.ts';
import type {ReviewTarget} from './review/target-review.ts';
import {isUnusable, unusable, type Unusable} from './review/unusable.ts';
import {visible} from './review/visible.ts';

export interface ReviewOptions {
	readonly database?: string;
	readonly target?: string;
	/** The configuration that has the target. */
	readonly config: string;
	readonly pending?: readonly string[];
	readonly since?: string;
	readonly format: string;
}

/** The script, in bytes, where no configuration says otherwise. */
const defaultMaxBytes = 10_000_000;

const exitCodes = {passes: 0, blocked: 1, unusable: 2} as const;

/** Reviews a script's file and prints what is found. Returns the exit code: 0 nothing blocks, 1 a blocker, 2 unusable. */
export async function review(file: string | undefined, options: ReviewOptions): Promise<number> {
	process.stdout.once('error', unprinted);
	const printed = await reviewAndPrint(file, options).catch(bugSentence);
	if (!isUnusable(printed)) return isBlocked(printed) ? exitCodes.blocked : exitCodes.passes;
	process.stderr.write(`${printed.sentence.split('\n').map(visible).join('\n')}\n`);
	return exitCodes.unusable;
}

/** A reader that has seen enough, such as `head`, is no reason to fail. */
function unprinted(error: NodeJS.ErrnoException): void {
	if (error.code === 'EPIPE') return;
	process.stderr.write(`The review cannot be printed: ${visible(error.message)}\n`);
	process.exit(exitCodes.unusable);
}

async function reviewAndPrint(file: string | undefined, options: ReviewOptions): Promise<Report | Unusable> {
	if (file === undefined) return unusable(fileMissing);
	const format = Object.hasOwn(formats, options.format) ? formats[options.format] : undefined;
	if (format === undefined) return unusable(`A --format is ${Object.keys(formats).join(', ')}.`);
	const report = excludingOptions(options) ?? (await reportOn(file, options));
	if (isUnusable(report)) return report;
	process.stdout.write(await format(report));
	return report;
}

const fileMissing =
	'Name the script’s file, or - for standard input; name it before --pending, which takes all that follows.';

/** The formats, each loaded only where it is asked for. */
const formats: Readonly<Record<string, (report: Report) => Promise<string>>> = {
	text: async (report) => {
		const [{asText}, {painter, wantsColours}] = await Promise.all([
			import('./review/text.ts'),
			import('./review/colours.ts'),
		]);
		return asText(report, painter(wantsColours(process.env, process.stdout.isTTY)));
	},
	json: async (report) => (await import('./review/json.ts')).asJson(report),
	sarif: async (report) => (await import('./review/sarif.ts')).asSarif(report, await addressOf(report)),
	github: async (report) => (await import('./review/github.ts')).asGithub(report, await addressOf(report)),
};

async function addressOf({file}: Report): Promise<string> {
	const {pathInCheckout} = await import('./review/file-address.ts');
	const checkout = process.env['GITHUB_WORKSPACE'] ?? '';
	return pathInCheckout(file, checkout === '' ? [] : [checkout], process.cwd());
}

function excludingOptions({database, target, pending, since}: ReviewOptions): Unusable | null {
	if (database !== undefined && target !== undefined) {
		return unusable('Give --database or --target, not both: each names the database to ask.');
	}
	if (pending !== undefined && since !== undefined) {
		return unusable('Give --pending or --since, not both: each says what is pending.');
	}
	if ((database ?? target) !== undefined && (pending ?? since) !== undefined) {
		const given = pending === undefined ? '--since' : '--pending';
		return unusable(`Leave out ${given}: with a database its own history says what is pending.`);
	}
	return null;
}

async function reportOn(file: string, options: ReviewOptions): Promise<Report | Unusable> {
	const target = await targetOf(options);
	if (target !== null && isUnusable(target)) return target;
	const maxBytes = target?.maxScriptBytes ?? defaultMaxBytes;
	const bytes = await readInput(file, maxBytes);
	if (isUnusable(bytes)) return about(file, bytes.sentence);
	await loadModule();
	const read = readOrSay(bytes, maxBytes);
	if (isUnusable(read)) return about(file, read.sentence);
	if (target === null) return withoutDatabase(file, bytes, read, options);
	const {reviewAgainst} = await import('./review/target-review.ts');
	const reviewed = await reviewAgainst(target, read);
	return isUnusable(reviewed) ? reviewed : {file, bytes, read, review: reviewed.review, target: reviewed.asked};
}

async function targetOf({database, target, config}: ReviewOptions): Promise<ReviewTarget | Unusable | null> {
	if (database === undefined && target === undefined) return null;
	const {configuredTarget, databaseTarget} = await import('./review/target-review.ts');
	if (database !== undefined) return databaseTarget(database);
	return target === undefined ? null : await configuredTarget(target, config);
}

function withoutDatabase(file: string, bytes: Uint8Array, read: ReadScript, options: ReviewOptions): Report | Unusable {
	const {script, frame} = read;
	const appliedIds = assumedHistory(frame, choiceOf(options));
	if (isUnusableChoice(appliedIds)) return about(file, appliedIds.sentence);
	const policy = defaultReviewPolicy;
	return {
		file,
		bytes,
		read,
		review: reviewScript({script, frame, appliedIds, facts: [], target: null, policy}),
		target: null,
	};
}

function choiceOf({pending, since}: ReviewOptions): PendingChoice {
	if (pending !== undefined) return {kind: 'only', names: pending};
	return since === undefined ? {kind: 'all'} : {kind: 'since', name: since};
}

function readOrSay(bytes: Uint8Array, maxBytes: number): ReadScript | Unusable {
	try {
		const read = readScript(bytes, maxBytes);
		return isRefusal(read) ? unusable(read.sentence) : read;
	} catch (error) {
		// The parser's stack or memory gave out.
		const isExhausted = error instanceof RangeError || (error instanceof Error && error.name === 'RuntimeError');
		if (!isExhausted) throw error;
		return unusable(
			'The script is nested so deeply, or is so large, that the parser ran out of memory. Look for a generated expression with thousands of parts, and split it.',
		);
	}
}

function about(file: string, sentence: string): Unusable {
	return unusable(`${fileName(file)}: ${sentence}`);
}

/** A bug must not look like a verdict: Node's own exit code for it is that of a blocker. */
function bugSentence(error: unknown): Unusable {
	const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
	return unusable(
		`Lockstep itself failed to review this, which is a fault of its own; please report it with the script. ${words}`,
	);
}
