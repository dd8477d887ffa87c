import type {ModalView} from '@slack/types';
import type {Asker, Desk} from './desk.ts';
import type {Submission} from './payloads.ts';
import type {FieldErrors} from './script-field.ts';

/** What the ack says at once, from the payload alone. */
export type Verdict =
	| {readonly kind: 'errors'; readonly errors: FieldErrors}
	/** The modal closes, or shows this view; then `work` goes on. */
	| {
			readonly kind: 'accepted';
			readonly view: ModalView | null;
			readonly asker: Asker;
			readonly work: () => Promise<void>;
	  };

export type SubmissionListener = (submission: Submission, desk: Desk) => Verdict;

export function errors(found: FieldErrors): Verdict {
	return {kind: 'errors', errors: found};
}

/** Who submitted: the modal remembers where it was opened. */
export function submitter(
	submission: Submission,
	memory: {readonly channel: string | null; readonly threadTs?: string | null} | null,
): Asker {
	return {
		person: submission.person,
		channel: memory?.channel ?? null,
		threadTs: memory?.threadTs ?? null,
		responseUrl: null,
		responseUrlFirst: false,
	};
}
