import {refuse} from '../../../domain/refusal.ts';
import type {Refusal} from '../../../domain/refusal.ts';
import type {Done} from '../actions.ts';
import {type ButtonValue, decodeButton} from '../ids.ts';
import type {Desk} from './desk.ts';
import type {Click} from './payloads.ts';
import {answerWords, tell} from './tell.ts';

export type ClickListener = (click: Click, desk: Desk) => Promise<void>;

/** A button that acts at once: what it carries → the action → the answer. */
export function acting(
	act: (value: ButtonValue, person: string, desk: Desk) => Promise<Done | Refusal>,
): ClickListener {
	return async (click, desk) => {
		const value = decodeButton(click.value);
		const answer = value === null ? staleButton() : await act(value, click.asker.person, desk);
		await tell(desk, click.asker, answerWords(answer));
	};
}

export function staleButton(): Refusal {
	return refuse(
		'stale-view',
		'This button is from an older version of the message. Look at the request again with `/migrate show MR-n`.',
	);
}

export function staleReview(number: number): Refusal {
	return refuse('stale-view', `MR-${number} has changed since you looked. Look at its message again.`);
}

export function unknownRequest(number: number): Refusal {
	return refuse('request-unknown', `There is no MR-${number}. \`/migrate list\` shows what there is.`);
}
