import type {RunReport} from '../../../domain/run.ts';
import {type RunContext, type RunEnd, writeStep} from '../run-context.ts';
import {type ComparedChange, compareChange, eventTriggersOf, missingOf, stillOtherwise} from './compare-change.ts';
import {compareHistory} from './compare-history.ts';
import {findFaults} from './find-faults.ts';
import {type LookAfter, lookAfter, reportOn, type Verification} from './look-after.ts';
import {weakness} from './weakness.ts';

/** More faults than this are counted: the first ones are what a person mends first. */
const faultsSaid = 6;

/**
 * Verified means: the target changed exactly as rehearsed where the script touches it, the history holds exactly the
 * expected rows, and against what stood before the run no index was left invalid, no sequence fell behind its column, the
 * application may use what is new, and every probe is true.
 */
export async function verify(run: RunContext, what: Verification): Promise<RunEnd> {
	await writeStep(run, 'verify', 'running');
	const look = await lookAfter(run, what);
	if (what.assessment.landed !== 'everything') {
		return {kind: 'failed', report: {...reportOn(look, what), failure: what.assessment.sentence}};
	}
	const history = historyFaults(look, what);
	const change = await compared(run, look);
	const weak = weakness(run.target, look.record, look.before);
	const found = await findFaults(run, look, change?.strangers ?? new Set());
	const faults = [...history, ...(change?.faults ?? []), ...(await faultsOfEarlier(run, look)), ...found.faults];
	const report = {
		...reportOn(look, what),
		difference: change?.difference ?? null,
		warnings: [
			...what.warnings,
			...(weak === null ? [] : [`Verified more weakly: ${weak}.`]),
			...found.warnings,
			...(change?.warnings ?? []),
		],
	};
	if (faults.length > 0) {
		const begin = history.length === 0 ? 'The history is as expected' : 'Every pending migration is in the history';
		const rest = faults.length - faultsSaid;
		const said = `${faults.slice(0, faultsSaid).join(' ')}${rest > 0 ? ` And ${rest} more.` : ''}`;
		return {kind: 'failed', report: {...report, failure: `${begin}, but ${said}`}};
	}
	await writeStep(run, 'verify', 'done', doneNote(run, weak));
	return {kind: 'verified', report};
}

function historyFaults({before, record, rows}: LookAfter, {assessment}: Verification): readonly string[] {
	if (before === null) return [];
	const direction = record.request.review?.direction ?? 'up';
	return compareHistory({before, landed: assessment.landedMigrations, direction, now: rows});
}

async function compared({world, target}: RunContext, {before, now, record}: LookAfter): Promise<ComparedChange | null> {
	if (before === null) return null;
	const others = await world.record.verifiedSince(before.run);
	const {verification: policy, apply} = target;
	return compareChange({before, now, others, policy, role: apply.role, eventTriggers: eventTriggersOf(record)});
}

/** Of each run before that applied everything and was not verified, where no lead has closed its request. */
async function faultsOfEarlier({world, number}: RunContext, {before, now}: LookAfter): Promise<readonly string[]> {
	if (before === null) return [];
	const left = (await world.record.leftBehind(number)).filter(({run}) => run < before.run);
	const found = await Promise.all(left.map(async (one) => ({...one, ground: await world.record.runGround(one.run)})));
	const grounds = found.flatMap(({ground, ...one}) => (ground === null ? [] : [{...one, ground}]));
	const faults = grounds.map(async ({request, run, everything, closed, ground}) => {
		// A run that only verified again stands on the ground of the one that applied.
		if (closed || !everything || ground.run !== run) return [];
		// What came after it was rehearsed for another run, which answers for it itself.
		const later = grounds.flatMap((other) => (other.run > run ? (other.ground.rehearsed?.delta ?? []) : []));
		const others = [...(await world.record.verifiedSince(run)), later];
		return stillOtherwise(request, ground, {before: before.objects, now, others});
	});
	return (await Promise.all(faults)).flat();
}

function doneNote({target}: RunContext, weak: string | null): string {
	const {appRoles, probes} = target.verification;
	return [
		'History exactly as expected',
		weak === null ? 'changed exactly as rehearsed' : `weaker: ${weak}`,
		'no index left invalid',
		...(appRoles.length === 0 ? [] : [`${appRoles.join(', ')} may use what is new`]),
		...(probes.length === 0 ? [] : [probes.length === 1 ? 'the probe is true' : `${probes.length} probes are true`]),
	].join(', ');
}

/** What is true on the target now, for the thread. */
export async function reportOf(run: RunContext, what: Verification): Promise<RunReport> {
	const look = await lookAfter(run, what);
	const {landed} = what.assessment;
	const difference = landed === 'part' || landed === 'unknown' ? missingOf(look.before, look.now) : null;
	return {...reportOn(look, what), difference};
}
