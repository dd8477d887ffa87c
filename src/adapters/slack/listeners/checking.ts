import type {ModalView} from '@slack/types';
import type {Refusal} from '../../../domain/refusal.ts';
import type {Done} from '../actions.ts';
import type {RequestFields} from '../ids.ts';
import {sentence} from '../limits.ts';
import {doneView, refusedView} from '../views/notice.ts';
import type {Asker, Desk} from './desk.ts';
import {guard} from './guard.ts';
import type {Submission} from './payloads.ts';
import {answerWords, tell} from './tell.ts';

/**
 * Works while the person looks at the "checking" view, then shows the result there; where they closed it, or Slack does
 * not take the update, the result comes as a message.
 */
export async function workWhileChecking(
	desk: Desk,
	asker: Asker,
	submission: Submission,
	options: {readonly title: string; readonly form: RequestFields | null; readonly work: () => Promise<Done | Refusal>},
): Promise<void> {
	const show = (view: ModalView): Promise<boolean> => showInModal(desk, submission.viewId, view);
	await guard(
		desk,
		asker,
		submission.callbackId,
		async () => {
			const answer = await options.work();
			const words = sentence(answer.sentence);
			const view = answer.kind === 'done' ? doneView(options.title, words) : refusedView(words, options.form);
			if (!(await show(view))) await tell(desk, asker, answerWords(answer));
		},
		(failed) => show(refusedView(failed, options.form)),
	);
}

/** False where the view is gone or Slack does not take it. */
async function showInModal(desk: Desk, viewId: string, view: ModalView): Promise<boolean> {
	try {
		await desk.client.views.update({view_id: viewId, view});
		return true;
	} catch (error) {
		desk.log.info({err: error, viewId}, 'The modal could not show its result; it comes as a message');
		return false;
	}
}
