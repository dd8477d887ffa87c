import type {ModalView} from '@slack/types';
import {actions, button, modal, section} from '../blocks.ts';
import {actionIds, callbackIds, encode, type RequestFields} from '../ids.ts';
import {limits} from '../limits.ts';

/** What the person sees while the file is fetched and checked. */
export function checkingView(what: string): ModalView {
	return modal({
		callback: callbackIds.notice,
		title: 'Checking',
		blocks: [
			section(
				'checking',
				`◔ ${what}\nThis takes a few seconds. You may close this window: the answer then comes as a message.`,
			),
		],
	});
}

/** Done: the sentence may hold `backticks` of Lockstep's own. */
export function doneView(title: string, sentence: string): ModalView {
	return modal({callback: callbackIds.notice, title, blocks: [section('done', `✔ ${sentence}`)]});
}

/** A refusal, with the way back to the form as it was filled in. */
export function refusedView(sentence: string, form: RequestFields | null): ModalView {
	const back = button({action: actionIds.back, text: 'Back to the form', value: 'back', style: 'primary'});
	const memory = form === null ? null : memoryOf(form);
	const again = memory === null ? 'Then try again.' : againWords(form);
	return modal({
		callback: callbackIds.notice,
		title: 'Not possible',
		...(memory === null ? {} : {metadata: memory}),
		blocks: [
			section('refused', `⊘ ${sentence}`),
			section('refused-again', again),
			...(memory === null ? [] : [actions('refused-actions', [back])]),
		],
	});
}

/** Slack gives a form back without the file that was chosen in it. */
function againWords(form: RequestFields | null): string {
	return form === null || form.source === null
		? 'Go back, change what is needed, and choose the file again.'
		: 'Go back and change what is needed. A file that you chose instead has to be chosen again.';
}

/** A summary may be too long once encoded; the form then comes back without it, or not at all. */
function memoryOf(form: RequestFields): string | null {
	const memories = [encode(form), encode({...form, summary: ''})];
	return memories.find((memory) => memory.length <= limits.privateMetadata) ?? null;
}

/** While the record is slow to answer: opened at once, for a trigger lives three seconds. */
export function openingView(): ModalView {
	return modal({
		callback: callbackIds.notice,
		title: 'One moment',
		blocks: [section('opening', '◔ Reading the request …')],
	});
}
