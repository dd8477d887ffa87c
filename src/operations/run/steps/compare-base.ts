import {movedSentences} from '../../../domain/delta-words.ts';
import type {RehearsalGround} from '../../../domain/recorded-rehearsal.ts';
import {movedSince} from '../../../domain/rehearsal-ground.ts';
import type {CatalogObject} from '../../../domain/schema-delta.ts';
import type {RequestRecord} from '../../ports/record.ts';
import {loadOwn, type RunContext, type RunEnd} from '../run-context.ts';
import {told} from './told.ts';

/** What moved is told by its first changes: the review that follows shows the rest. */
const movesSaid = 4;

/** What the recorded rehearsal of these bytes stands on; null where there is none, or where it was not kept. */
export async function groundOfRehearsal(
	{world, number}: Pick<RunContext, 'world' | 'number'>,
	{request, rehearsal}: RequestRecord,
): Promise<RehearsalGround | null> {
	if (rehearsal == null) return null;
	const ground = await world.record.rehearsalGround(number);
	const isOfThese = ground?.scriptSha256 === request.scriptSha256 && ground.at === rehearsal.at;
	return isOfThese ? ground : null;
}

/** Before the backup, which need not be taken for a target that has to be reviewed again. Null where nothing moved. */
export async function compareBase(run: RunContext): Promise<RunEnd | null> {
	const ground = await groundOfRehearsal(run, await loadOwn(run));
	return ground === null ? null : judgeBase(run, ground, await run.database.objects());
}

/**
 * Whether what the script touches, and what depends on it, is as it was when the script was rehearsed. Null where it is:
 * what changed elsewhere is nobody's affair.
 */
export function judgeBase(
	{target}: Pick<RunContext, 'target'>,
	ground: RehearsalGround,
	now: readonly CatalogObject[],
): RunEnd | null {
	const moved = movedSince(ground, now);
	if (moved.length === 0) return null;
	const sentences = movedSentences(moved, movesSaid).map(told).join('; ');
	return {
		kind: 'moved',
		reason: `${target.name} is not as it was when the script was rehearsed: ${sentences}.`,
	};
}
