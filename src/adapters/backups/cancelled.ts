import {Failure} from '../../operations/ports/failure.ts';

/** What everything about a backup throws once it is aborted. */
export function cancelled(): Failure {
	return new Failure('cancelled', 'The backup was cancelled; nothing of it is left.');
}
