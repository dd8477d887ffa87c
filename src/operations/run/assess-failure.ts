import type {Assessment, RunReport} from '../../domain/run.ts';
import type {ApplyOutcome} from '../ports/targets.ts';

/** Why the run failed, in the words of what happened and then of what is true now. */
export function failureSentence(
	outcome: ApplyOutcome | null,
	assessment: Assessment,
	cancelledBy: string | null,
): string {
	const happened =
		cancelledBy === null ? whatHappened(outcome) : `<@${cancelledBy}> cancelled the run while it was applying.`;
	return [happened, assessment.sentence].filter((part) => part !== '').join(' ');
}

function whatHappened(outcome: ApplyOutcome | null): string {
	if (outcome === null) return 'The worker that applied this died; its session was ended before anything was read.';
	switch (outcome.kind) {
		case 'completed':
			return 'psql ran to its end without an error.';
		case 'error': {
			const {sqlState, message, line} = outcome.error;
			return `PostgreSQL refused${line === null ? '' : ` line ${line}`}: ${message} (SQLSTATE ${sqlState}).`;
		}
		case 'ended':
		case 'fenced':
			return outcome.sentence;
	}
}

/** Where the target cannot be read any more, this is all that is known. */
export function blindReport(failure: string, assessment: Assessment | null, output: string): RunReport {
	return {
		landed: assessment?.landed ?? 'unknown',
		landedMigrations: assessment?.landedMigrations ?? [],
		missingMigrations: assessment?.missingMigrations ?? [],
		rerunSafe: assessment?.rerunSafe ?? false,
		failure,
		warnings: [],
		tables: [],
		allTables: [],
		lastHistory: [],
		output,
	};
}
