import {setTimeout as sleep} from 'node:timers/promises';
import type {ModalView} from '@slack/types';
import {itemsToConfirm, judgeRoles} from '../../../domain/approval.ts';
import {isRefusal, type Refusal} from '../../../domain/refusal.ts';
import type {Target} from '../../../domain/target.ts';
import type {RequestRecord} from '../../../operations/ports/record.ts';
import {type ButtonValue, decodeButton, encode, type ModalMemory} from '../ids.ts';
import {calling} from '../slack-failure.ts';
import {answerModal} from '../views/modals/answer-modal.ts';
import {approveModal} from '../views/modals/approve-modal.ts';
import {changesModal} from '../views/modals/changes-modal.ts';
import {closeModal, rerunModal} from '../views/modals/failure-modals.ts';
import {openingView, refusedView} from '../views/notice.ts';
import {newScriptModal, requestModal} from '../views/modals/request-modal.ts';
import {name} from '../views/words.ts';
import {waiveModal} from '../views/modals/waive-modal.ts';
import {type ClickListener, staleButton, staleReview, unknownRequest} from './click.ts';
import type {Desk} from './desk.ts';
import {formAgain} from './open-form.ts';
import {answerWords, tell} from './tell.ts';

/** A trigger lives 3 s (docs.slack.dev/interactivity/handling-user-interaction): the record gets half of it. */
const recordMs = 1500;

type Build = (value: ButtonValue, record: RequestRecord, memory: ModalMemory, asker: Opening) => ModalView | Refusal;

/** Who clicked when, and what the desk knows of the targets. */
interface Opening {
	readonly person: string;
	readonly targets: readonly Target[];
	/** Epoch milliseconds. */
	readonly now: number;
}

export const answerOpened = opening(({number, item}, record, memory) =>
	item === undefined ? staleReview(number) : answerModal(record, item, encode(memory)),
);

export const waiveOpened = opening(({number, rule}, record, memory) =>
	rule === undefined ? staleReview(number) : waiveModal(record, rule, encode(memory)),
);

export const changesOpened = opening(({number}, _record, memory) => changesModal(number, encode(memory)));

/** Whoever may not approve hears it before they have read and ticked everything; the approval itself asks again. */
export const approveOpened = opening(({number}, record, memory, {person, targets}) => {
	const {review, target} = record.request;
	if (review === null) return staleReview(number);
	const requesterMayApprove = targets.find((each) => each.name === target)?.policy.requesterMayApprove ?? false;
	const role = judgeRoles(person, record.request, {requesterMayApprove});
	if (role !== 'may') return role;
	const toConfirm = itemsToConfirm(review);
	return approveModal(record, toConfirm, encode({...memory, toConfirm: [...toConfirm]}));
});

export const newScriptOpened = opening(({number}, record, memory) => {
	const intro =
		record.request.state === 'changes-requested'
			? 'The review runs again with it.'
			: 'Approvals given so far are void, and the review runs again.';
	return newScriptModal(`Script for ${name(number)}`, intro, encode(memory));
});

export const rerunOpened = opening((_value, record, memory) => rerunModal(record, encode(memory)));

export const closeOpened = opening((_value, record, memory) => closeModal(record, encode(memory)));

/** A new request beside the one that has ended or failed: that one stays as it is. */
export const requestAgainOpened = opening((_value, record, {channel}, {targets, now}) =>
	requestModal(targets, formAgain(record, {channel, targets, now})),
);

/** Opens a modal about the request as it is now, and not at all where the person looked at an older one. */
function opening(build: Build): ClickListener {
	return async (click, desk) => {
		const value = decodeButton(click.value);
		if (value === null) return await tell(desk, click.asker, answerWords(staleButton()));
		const memory = {...value, channel: click.asker.channel, threadTs: click.asker.threadTs};
		const asker = {person: click.asker.person, targets: desk.actions.targets(), now: desk.now()};
		const loading = desk.actions.load(value.number);
		const early = await Promise.race([loading, sleep(recordMs, 'late' as const)]);
		if (early === 'late') {
			return await openLate(desk, click.triggerId, async () => modalOf(value, await loading, memory, asker, build));
		}
		const view = modalOf(value, early, memory, asker, build);
		if (isRefusal(view)) return await tell(desk, click.asker, answerWords(view));
		await calling('the window', () => desk.client.views.open({trigger_id: click.triggerId, view}));
	};
}

function modalOf(
	value: ButtonValue,
	record: RequestRecord | null,
	memory: ModalMemory,
	asker: Opening,
	build: Build,
): ModalView | Refusal {
	if (record === null) return unknownRequest(value.number);
	if (value.digest !== undefined && value.digest !== record.request.reviewDigest) return staleReview(value.number);
	return build(value, record, memory, asker);
}

async function openLate(desk: Desk, triggerId: string, read: () => Promise<ModalView | Refusal>): Promise<void> {
	const opened = await calling('the window', () =>
		desk.client.views.open({trigger_id: triggerId, view: openingView()}),
	);
	const view = await read();
	const viewId = opened.view?.id ?? '';
	await calling('the window', () =>
		desk.client.views.update({view_id: viewId, view: isRefusal(view) ? refusedView(view.sentence, null) : view}),
	);
}
