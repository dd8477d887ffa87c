import type {Run} from '../../../domain/run.ts';
import type {CatalogObject} from '../../../domain/schema-delta.ts';
import {parseTableName} from '../../../domain/script/schema-change.ts';
import type {TableName} from '../../../domain/script/table-name.ts';
import {missingGrants, newlyUnvalidated, type SequenceBehind, type Survey} from '../../../domain/survey.ts';
import type {RequestRecord} from '../../ports/record.ts';
import type {RunContext} from '../run-context.ts';
import type {LookAfter} from './look-after.ts';
import {lookAtSequences} from './survey.ts';

interface Found {
	/** Keep the request from being verified. */
	readonly faults: readonly string[];
	readonly warnings: readonly string[];
}

/**
 * What no difference of the schema shows: indexes, grants, sequences, constraints, probes.
 *
 * @param strangers What somebody else made meanwhile: whether it can be used is not this run's affair.
 */
export async function findFaults(
	run: RunContext,
	{record, before: ground, now}: LookAfter,
	strangers: ReadonlySet<string>,
): Promise<Found> {
	const own = ownRun(run, record);
	const created = ground === null ? [] : createdTables(ground.objects, now, strangers);
	const known = new Set(own?.invalidBefore);
	const invalid = (await run.database.invalidIndexes()).filter((index) => !known.has(index));
	const indexes =
		invalid.length === 0 ? [] : [`an index is not valid: ${invalid.join(', ')}. Drop it and build it again.`];
	const {appRoles, probes} = run.target.verification;
	const survey = await run.database.survey(appRoles);
	const before: Survey = own?.surveyBefore ?? {...survey, behind: []};
	const sequences = await lookAtSequences(run, record, own?.appliedBefore ?? null, created);
	const wasBehind = ({sequence}: SequenceBehind): boolean => before.behind.includes(sequence);
	const mine = {...survey, objects: survey.objects.filter(({text}) => !strangers.has(text))};
	const grants = missingGrants(before, mine);
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

function createdTables(
	before: readonly CatalogObject[],
	now: readonly CatalogObject[],
	strangers: ReadonlySet<string>,
): readonly TableName[] {
	const isTable = ({kind}: CatalogObject): boolean => kind === 'table';
	const known = new Set(before.filter(isTable).map(({identity}) => identity));
	return now
		.filter((object) => isTable(object) && !known.has(object.identity) && !strangers.has(object.identity))
		.flatMap(({identity}) => parseTableName(identity) ?? []);
}
