import {decodeMemory} from '../ids.ts';
import {checkingView} from '../views/notice.ts';
import {name} from '../views/words.ts';
import {workWhileChecking} from './checking.ts';
import type {Desk} from './desk.ts';
import {lostMemory} from './decision-submission.ts';
import type {Submission} from './payloads.ts';
import {scriptErrors, scriptOf} from './script-field.ts';
import {errors, submitter, type Verdict} from './submission.ts';

/** New bytes for an open request. */
export function newScriptSubmitted(submission: Submission, desk: Desk): Verdict {
	const memory = decodeMemory(submission.metadata);
	if (memory === null) return lostMemory(submission, desk);
	const found = scriptErrors(submission);
	if (Object.keys(found).length > 0) return errors(found);
	const asker = submitter(submission, memory);
	const {number} = memory;
	return {
		kind: 'accepted',
		asker,
		view: checkingView(`Reading the new script of ${name(number)}.`),
		work: () =>
			workWhileChecking(desk, asker, submission, {
				title: 'New script',
				form: null,
				work: async () =>
					desk.actions.replaceScript({number, person: submission.person, script: await scriptOf(desk, submission)}),
			}),
	};
}
