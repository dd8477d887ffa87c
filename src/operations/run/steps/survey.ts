import {tablesTouched} from '../../../domain/review/review.ts';
import type {TableName} from '../../../domain/script/table-name.ts';
import type {Survey} from '../../../domain/survey.ts';
import type {RequestRecord} from '../../ports/record.ts';
import type {HistoryTable, SequenceLook} from '../../ports/targets.ts';
import {historyTable, readRecorded} from '../../review/review-target.ts';
import {loadOwn, type RunContext, type RunEnd} from '../run-context.ts';

const retryMs = 30_000;

/** What verification compares with. */
export interface SurveyBefore {
	readonly kind: 'surveyed';
	readonly survey: Survey;
	/** Indexes that were invalid then. */
	readonly invalid: readonly string[];
}

/**
 * How things stand right before apply; after a run that left something behind unverified, of this request or of another
 * one whose migrations this one takes for applied, as they stood before that one: whoever opens the gate answers for it,
 * too. Held where the server does not have a configured role.
 */
export async function surveyBefore(run: RunContext): Promise<SurveyBefore | RunEnd> {
	const {appRoles} = run.target.verification;
	const now = await run.database.survey(appRoles);
	const missing = appRoles.find((role) => !now.roles.some(({name}) => name === role));
	if (missing !== undefined) {
		const reason = `appRoles of ${run.target.name} names ${missing}, and the server has no such role: correct lockstep.yaml, or create the role.`;
		return {kind: 'held', reason, retryInMs: retryMs};
	}
	const [left] = await run.world.record.leftBehind(run.number);
	if (left !== undefined) return {kind: 'surveyed', survey: left.survey, invalid: left.invalid};
	const invalid = await run.database.invalidIndexes();
	const {behind} = await lookAtSequences(run, await loadOwn(run), null);
	return {kind: 'surveyed', survey: {...now, behind: behind.map(({sequence}) => sequence)}, invalid};
}

/**
 * The sequences of the tables that the script names, of its pending migrations alone.
 *
 * @param before Ids that the history held before apply; null for what it holds now.
 */
export async function lookAtSequences(
	run: RunContext,
	{request}: Pick<RequestRecord, 'request'>,
	before: readonly string[] | null,
	created: readonly TableName[] = [],
): Promise<SequenceLook> {
	const {script, frame, ...read} = await readRecorded(run.world, request);
	const applied = before ?? (await appliedNow(run, historyTable({script, frame, ...read})));
	const named = tablesTouched(script, frame, applied).map(({schema, name}) => ({schema, name}));
	return await run.database.sequencesBehind([...named, ...created]);
}

async function appliedNow(run: RunContext, history: HistoryTable): Promise<readonly string[]> {
	return ((await run.database.history(history)) ?? []).map(({migrationId}) => migrationId);
}
