import {callbackIds} from '../ids.ts';
import {
	answerSubmitted,
	approveSubmitted,
	changesSubmitted,
	closeSubmitted,
	rerunSubmitted,
	waiveSubmitted,
} from './decision-submission.ts';
import {newScriptSubmitted} from './new-script-submission.ts';
import {requestSubmitted} from './request-submission.ts';
import type {SubmissionListener} from './submission.ts';

/** Every modal that can be submitted. */
export const submissionListeners: ReadonlyMap<string, SubmissionListener> = new Map<string, SubmissionListener>([
	[callbackIds.request, requestSubmitted],
	[callbackIds.newScript, newScriptSubmitted],
	[callbackIds.answer, answerSubmitted],
	[callbackIds.waive, waiveSubmitted],
	[callbackIds.changes, changesSubmitted],
	[callbackIds.approve, approveSubmitted],
	[callbackIds.rerun, rerunSubmitted],
	[callbackIds.close, closeSubmitted],
]);
