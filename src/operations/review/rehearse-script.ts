import {
	effectsText,
	groundOf,
	kept,
	type RecordedRehearsal,
	type RehearsalGround,
} from '../../domain/recorded-rehearsal.ts';
import type {ImpossibleReason, WholeRehearsal} from '../../domain/rehearsal.ts';
import {mayRehearse} from '../../domain/review/rehearsed-review.ts';
import type {Review} from '../../domain/review/review.ts';
import type {Target} from '../../domain/target.ts';
import {Failure, type FailureCode} from '../ports/failure.ts';
import type {RequestRecord} from '../ports/record.ts';
import type {Scratch} from '../ports/scratch.ts';
import type {HistoryTable} from '../ports/targets.ts';
import type {World} from '../world.ts';

/** What another try will not mend: a person may go on without. The rest, such as a target that is down, passes. */
const impossible: {readonly [code in FailureCode]?: ImpossibleReason} = {
	'scratch-unavailable': 'scratch-unavailable',
	'tools-missing': 'scratch-unavailable',
	'tools-too-old': 'scratch-unavailable',
	'target-permission': 'copy-incomplete',
	'target-failed': 'copy-incomplete',
};

/** A rehearsal as it goes into the record: what every reading of the request brings along, and what it stands on. */
export interface NewRehearsal {
	readonly recorded: RecordedRehearsal;
	/** Null where verification has nothing of it to go by. */
	readonly ground: RehearsalGround | null;
}

/**
 * Applies the script twice to a throw-away copy of the target. Null where no rehearsal is asked for: the target's
 * configuration wants none, nothing is pending, or the script must change anyway.
 *
 * @throws Failure where the target cannot be read now, or `cancelled`.
 */
export async function rehearseScript(
	world: World & {readonly scratch: Scratch},
	record: Pick<RequestRecord, 'request' | 'rehearsal' | 'waivers'>,
	target: Target,
	asked: {readonly review: Review; readonly history: HistoryTable; readonly signal: AbortSignal},
): Promise<NewRehearsal | null> {
	const may = target.rehearsal.enabled ? mayRehearse(asked.review) : 'no';
	if (may === 'no') return null;
	const allowed = isAllowed(record);
	const at = world.clock.now();
	const rehearsal = may === 'ask' && !allowed ? notAllowed : await rehearsed(world, record, target, asked);
	const {scriptSha256} = record.request;
	return {
		recorded: {
			scriptSha256,
			pending: asked.review.pending,
			at,
			allowed,
			effectsHash: world.hash(effectsText(rehearsal)),
			rehearsal: kept(rehearsal),
		},
		ground: groundOf(rehearsal, scriptSha256, at),
	};
}

const notAllowed: WholeRehearsal = {
	kind: 'impossible',
	reason: 'not-allowed',
	sentence:
		'it puts statements together as it runs (dynamic-sql), so nobody can read beforehand what it does. Waive this to let it run on a throw-away copy; the review then goes on with what was seen.',
};

/** The waiver of "unrehearsed" let these bytes be rehearsed: for the review that said so, and all later ones. */
function isAllowed({request, rehearsal, waivers}: Pick<RequestRecord, 'request' | 'rehearsal' | 'waivers'>): boolean {
	if (rehearsal?.scriptSha256 !== request.scriptSha256) return false;
	return rehearsal.allowed || (awaitsPermission(rehearsal) && waivers.some((waiver) => isFor(waiver, request)));
}

function isFor(
	{rule, reviewDigest}: RequestRecord['waivers'][number],
	request: Pick<RequestRecord['request'], 'reviewDigest'>,
): boolean {
	return rule === 'unrehearsed' && reviewDigest === request.reviewDigest;
}

/** A named person has to let it be rehearsed: waiving "unrehearsed" does. */
export function awaitsPermission(recorded: RecordedRehearsal | null): boolean {
	return recorded?.rehearsal.kind === 'impossible' && recorded.rehearsal.reason === 'not-allowed';
}

async function rehearsed(
	world: World & {readonly scratch: Scratch},
	{request}: Pick<RequestRecord, 'request'>,
	target: Target,
	{history, signal}: {readonly history: HistoryTable; readonly signal: AbortSignal},
): Promise<WholeRehearsal> {
	const bytes = await world.record.script(request.scriptSha256);
	if (bytes === null) throw new Error(`The record lacks the script ${request.scriptSha256}.`);
	const {role, lockTimeoutMs} = target.apply;
	const asked = {target: target.name, requestNumber: request.number, bytes, history, role, lockTimeoutMs, signal};
	try {
		return await patiently(world, signal, async () => await world.scratch.rehearse(asked));
	} catch (error) {
		const reason = error instanceof Failure ? impossible[error.code] : undefined;
		if (!(error instanceof Failure) || reason === undefined) throw error;
		return {kind: 'impossible', reason, sentence: error.message};
	}
}

/** Before each further try. Milliseconds: a machine out of memory or processes for a moment has them again then. */
const waits = [1000, 4000, 10_000] as const;

/** A throw-away server that cannot be had now may be had in a moment; "unrehearsed" would stay until the next review. */
async function patiently<T>({clock}: World, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
	for (const wait of waits) {
		try {
			return await work();
		} catch (error) {
			if (!(error instanceof Failure) || error.code !== 'scratch-unavailable') throw error;
			await clock.sleep(wait, signal);
		}
	}
	return await work();
}
