import type {KnownBlock} from '@slack/types';
import type {RequestState} from '../../../../domain/request.ts';
import type {Run} from '../../../../domain/run.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {section} from '../../blocks.ts';
import {code, cut, escape, fitLines} from '../../limits.ts';
import {stoppedByDrill} from '../drilled.ts';
import {drillLines} from './drill.ts';
import {landedLines, rerunLines} from './run.ts';
import {madeOtherwiseBlocks} from '../thread/made-otherwise.ts';
import {count} from '../words.ts';

/** What is true after a failed run, for the lead who decides and for whoever reads it closed. */
export function failureBlocks(record: RequestRecord): readonly KnownBlock[] {
	const {state, reason} = record.request;
	if (state !== 'failed' && state !== 'closed') return [];
	const run = record.runs.at(-1) ?? null;
	const failure = run?.report?.failure ?? (state === 'failed' ? reason : null) ?? 'What happened is not known.';
	const lines = [
		...(stoppedLines(run) ?? [`*What failed:* ${cut(escape(failure), 800)}`]),
		...(run === null ? [] : [...rerunLines(run), ...landedLines(run)]),
	];
	return [
		section(
			'failure',
			fitLines(lines, 2400, (left) => `… and ${count(left, 'more line')}.`),
		),
		...(run === null ? [] : madeOtherwiseBlocks('failure-otherwise', run)),
	];
}

/** Null where it was not the drill that ended the run. */
function stoppedLines(run: Run | null): readonly string[] | null {
	if (run?.drill == null || !stoppedByDrill(run)) return null;
	return ['*Stopped by the drill, before anything was applied.*', ...drillLines(run.drill, false)];
}

/** The migrations, in the order in which they run. After a failure what landed is told instead. */
export function migrationBlocks({request, runs}: RequestRecord): readonly KnownBlock[] {
	const {review, state} = request;
	if (review === null || state === 'failed' || state === 'closed') return [];
	// Nothing was pending: the reason says so.
	if (state === 'verified' && runs.length === 0) return [];
	const pending = review.pending.map((id) => `• ${code(cut(id, 150))}`);
	const down = review.direction === 'down';
	const title = `*${count(pending.length, 'migration')} ${verbOf(state, down)}*`;
	const applied = review.alreadyApplied.length;
	const settled =
		applied === 0
			? []
			: [
					`${count(applied, 'migration')} of the script already applied: nothing to do for ${applied === 1 ? 'it' : 'them'}.`,
				];
	const list = fitLines(pending, 1000, (left) => `… and ${count(left, 'more migration')}; the thread has them.`);
	return [section('migrations', [title, list, ...settled].filter((line) => line !== '').join('\n'))];
}

function verbOf(state: RequestState, down: boolean): string {
	if (state === 'verified') return down ? 'taken back' : 'applied';
	if (state === 'withdrawn' || state === 'rejected') return down ? 'not taken back' : 'not applied';
	return down ? 'to be taken back' : 'pending';
}
