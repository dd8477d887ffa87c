import {type Assessment, type CatalogTable, type Run, type RunReport, touchedTables} from '../../../domain/run.ts';
import {missingGrants, newlyUnvalidated, type SequenceBehind, type Survey} from '../../../domain/survey.ts';
import type {RequestRecord} from '../../ports/record.ts';
import type {HistoryTable} from '../../ports/targets.ts';
import {loadOwn, type RunContext, type RunEnd, writeStep} from '../run-context.ts';
import {lookAtSequences} from './survey.ts';

/** The runbook's look at the history: its last five rows. */
const historyRows = 5;
/** More faults than this are counted: the first ones are what a person mends first. */
const faultsSaid = 6;

export interface Verification {
	readonly assessment: Assessment;
	readonly history: HistoryTable;
	readonly warnings: readonly string[];
	readonly output: string;
}

/**
 * Verified means: the history holds exactly the expected rows, and against what stood before the run no index was left
 * invalid, no sequence fell behind its column, the application may use what is new, and every probe is true.
 */
export async function verify(run: RunContext, what: Verification): Promise<RunEnd> {
	await writeStep(run, 'verify', 'running');
	const {report, created} = await lookAfter(run, what);
	if (what.assessment.landed !== 'everything') {
		return {kind: 'failed', report: {...report, failure: what.assessment.sentence}};
	}
	const found = await findFaults(run, created);
	const whole = {...report, warnings: [...report.warnings, ...found.warnings]};
	if (found.faults.length > 0) {
		const [faults, rest] = [found.faults.slice(0, faultsSaid), found.faults.length - faultsSaid];
		const failure = `The history is as expected, but ${faults.join(' ')}${rest > 0 ? ` And ${rest} more.` : ''}`;
		return {kind: 'failed', report: {...whole, failure}};
	}
	await writeStep(run, 'verify', 'done', doneNote(run));
	return {kind: 'verified', report: whole};
}

function doneNote({target}: RunContext): string {
	const {appRoles, probes} = target.verification;
	return [
		'History exactly as expected, no index left invalid',
		...(appRoles.length === 0 ? [] : [`${appRoles.join(', ')} may use what is new`]),
		...(probes.length === 0 ? [] : [probes.length === 1 ? 'the probe is true' : `${probes.length} probes are true`]),
	].join(', ');
}

interface Found {
	/** Keep the request from being verified. */
	readonly faults: readonly string[];
	readonly warnings: readonly string[];
}

async function findFaults(run: RunContext, created: readonly CatalogTable[]): Promise<Found> {
	const record = await loadOwn(run);
	const own = ownRun(run, record);
	const known = new Set(own?.invalidBefore);
	const invalid = (await run.database.invalidIndexes()).filter((index) => !known.has(index));
	const indexes =
		invalid.length === 0 ? [] : [`an index is not valid: ${invalid.join(', ')}. Drop it and build it again.`];
	const {appRoles, probes} = run.target.verification;
	const survey = await run.database.survey(appRoles);
	const before: Survey = own?.surveyBefore ?? {...survey, behind: []};
	const sequences = await lookAtSequences(run, record, own?.appliedBefore ?? null, created);
	const wasBehind = ({sequence}: SequenceBehind): boolean => before.behind.includes(sequence);
	const grants = missingGrants(before, survey);
	return {
		faults: [
			...indexes,
			...grants,
			...sequences.behind.filter((sequence) => !wasBehind(sequence)).map(behindSentence),
			...(await run.database.probe(probes)),
		],
		warnings: [
			...newlyUnvalidated(before, survey).map(
				({name, table}) =>
					`Constraint ${name} on ${table} is NOT VALID: rows from before it were not checked. ALTER TABLE ${table} VALIDATE CONSTRAINT ${name}; checks them.`,
			),
			...sequences.behind.filter(wasBehind).map((sequence) => `As before this run, ${behindSentence(sequence)}`),
			...sequences.unknown.map((sequence) => `Whether ${sequence} is ahead of its column could not be read in time.`),
		],
	};
}

function behindSentence({sequence, column, next, greatest, remedy}: SequenceBehind): string {
	return `the sequence ${sequence} gives out ${next} next, and ${column} holds ${greatest} already, so that inserts fail: ${remedy}`;
}

/** This run as the record has it: what stood on the target before apply outlives the worker that looked. */
function ownRun(run: RunContext, {runs}: RequestRecord): Run | undefined {
	return runs.find(({id}) => id === run.claim.run);
}

/** What is true on the target now, for the thread. */
export async function reportOf(run: RunContext, what: Verification): Promise<RunReport> {
	return (await lookAfter(run, what)).report;
}

async function lookAfter(
	run: RunContext,
	{assessment, history, warnings, output}: Verification,
): Promise<{readonly report: RunReport; readonly created: readonly CatalogTable[]}> {
	const before = ownRun(run, await loadOwn(run))?.catalogBefore ?? null;
	const after = await run.database.catalog();
	const rows = (await run.database.history(history)) ?? [];
	const report: RunReport = {
		landed: assessment.landed,
		landedMigrations: assessment.landedMigrations,
		missingMigrations: assessment.missingMigrations,
		rerunSafe: assessment.rerunSafe,
		failure: null,
		warnings,
		tables: before === null ? [] : touchedTables(before, after),
		allTables: after.map(
			({schema, name, estimatedRows}) =>
				`${schema}.${name}\t${estimatedRows < 0 ? 'rows unknown' : `~${estimatedRows} rows`}`,
		),
		lastHistory: rows.slice(-historyRows).toReversed(),
		output,
	};
	return {report, created: before === null ? [] : createdTables(before, after)};
}

function createdTables(before: readonly CatalogTable[], after: readonly CatalogTable[]): readonly CatalogTable[] {
	const known = new Set(before.map(({schema, name}) => JSON.stringify([schema, name])));
	return after.filter(({schema, name}) => !known.has(JSON.stringify([schema, name])));
}
