import {isAnswerable, type Verdict as AnswerVerdict} from '../../../domain/checklist.ts';
import {type Refusal, refuse} from '../../../domain/refusal.ts';
import type {Done} from '../actions.ts';
import {decodeMemory, fieldIds, type ModalMemory} from '../ids.ts';
import type {Desk} from './desk.ts';
import {chosenIn, type Submission, textOf} from './payloads.ts';
import {errors, submitter, type SubmissionListener, type Verdict} from './submission.ts';
import {answerWords, tell} from './tell.ts';

/** Modals in which a person decides with words: they close at once, the answer comes where the button was. */
export const answerSubmitted: SubmissionListener = (submission, desk) =>
	decided(submission, desk, ({number, digest, item}, person, reason) => {
		const verdict = verdictOf(chosenIn(submission, fieldIds.verdict));
		if (digest === undefined || item === undefined || !isAnswerable(item) || verdict === null) return lost();
		return desk.actions.answer({number, person, digest, item, verdict, reason});
	});

export const waiveSubmitted: SubmissionListener = (submission, desk) =>
	decided(submission, desk, ({number, digest, rule}, person, reason) =>
		digest === undefined || rule === undefined ? lost() : desk.actions.waive({number, person, digest, rule, reason}),
	);

export const changesSubmitted: SubmissionListener = (submission, desk) =>
	decided(submission, desk, ({number}, person, reason) => desk.actions.requestChanges({number, person, reason}));

export const rerunSubmitted: SubmissionListener = (submission, desk) =>
	decided(submission, desk, ({number}, person, reason) =>
		desk.actions.decideFailure({number, person, decision: 'rerun', reason}),
	);

export const closeSubmitted: SubmissionListener = (submission, desk) =>
	decided(submission, desk, ({number}, person, reason) =>
		desk.actions.decideFailure({number, person, decision: 'close', reason}),
	);

/** The approver must have ticked every item that has a finding. */
export const approveSubmitted: SubmissionListener = (submission, desk) => {
	const memory = decodeMemory(submission.metadata);
	if (memory === null) return lostMemory(submission, desk);
	const ticked = (submission.fields.get(fieldIds.items)?.selected_options ?? []).map(({value}) => value);
	const toConfirm = memory.toConfirm ?? [];
	if (toConfirm.some((item) => !ticked.includes(item))) {
		return errors({[fieldIds.items]: 'Confirm each item that has a finding, or request changes.'});
	}
	return accepted(submission, desk, memory, () =>
		memory.digest === undefined
			? lost()
			: desk.actions.approve({
					number: memory.number,
					person: submission.person,
					digest: memory.digest,
					confirmedItems: toConfirm,
				}),
	);
};

function decided(
	submission: Submission,
	desk: Desk,
	decide: (memory: ModalMemory, person: string, reason: string) => Promise<Done | Refusal>,
): Verdict {
	const memory = decodeMemory(submission.metadata);
	if (memory === null) return lostMemory(submission, desk);
	const reason = textOf(submission, fieldIds.reason);
	if (reason === '') return errors({[fieldIds.reason]: 'Say why, in a few words.'});
	return accepted(submission, desk, memory, () => decide(memory, submission.person, reason));
}

function accepted(
	submission: Submission,
	desk: Desk,
	memory: ModalMemory | null,
	act: () => Promise<Done | Refusal>,
): Verdict {
	const asker = submitter(submission, memory);
	return {kind: 'accepted', view: null, asker, work: async () => tell(desk, asker, answerWords(await act()))};
}

/** A modal that an older version of Lockstep opened. */
export function lostMemory(submission: Submission, desk: Desk): Verdict {
	return accepted(submission, desk, null, lost);
}

function lost(): Promise<Refusal> {
	return Promise.resolve(
		refuse('stale-view', 'This window is from an older version of Lockstep. Open it again from the request’s message.'),
	);
}

function verdictOf(value: string | null): AnswerVerdict | null {
	return value === 'yes' || value === 'no' || value === 'not-applicable' ? value : null;
}
