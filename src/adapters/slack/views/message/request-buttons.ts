import type {Button, KnownBlock} from '@slack/types';
import type {Target} from '../../../../domain/target.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {actions, button, confirmation} from '../../blocks.ts';
import {actionIds, encode} from '../../ids.ts';
import {cut} from '../../limits.ts';
import {sharedLoss} from './shared-backup.ts';
import {mayAskForApprover} from '../thread/call.ts';
import type {Turn} from '../board/turn.ts';
import {name} from '../words.ts';

/** The buttons of a state; the first is the primary one where it is somebody's turn. */
export function requestButtons(record: RequestRecord, turn: Turn, target: Target): readonly KnownBlock[] {
	const buttons = buttonsOf(record, turn, target);
	return buttons.length === 0 ? [] : [actions('request-actions', buttons)];
}

function buttonsOf(record: RequestRecord, turn: Turn, target: Target): readonly Button[] {
	const {state} = record.request;
	const make = maker(record, target);
	switch (state) {
		case 'submitted':
		case 'reviewing':
			return [make.newScript(), make.withdraw()];
		case 'in-review':
			return [
				...turnButton(turn, make),
				...(turn.kind === 'approve' && mayAskForApprover(record) ? [make.findApprover()] : []),
				make.requestChanges(),
				make.newScript(),
				make.withdraw(),
			];
		case 'changes-requested':
			return [make.newScript('primary'), make.withdraw()];
		case 'approved':
			return [...turnButton(turn, make), make.requestChanges(), make.newScript(), make.withdraw()];
		case 'running':
			return [make.cancel()];
		case 'failed':
			return turn.kind === 'lead' && turn.rerunSafe
				? [make.allowRerun(), make.close(), make.requestAgain()]
				: [make.close('primary'), make.requestAgain()];
		case 'withdrawn':
		case 'rejected':
		case 'closed':
			return [make.requestAgain()];
		case 'verified':
			return [];
	}
}

/** Answers and waivers have their buttons beside the item and the finding. */
function turnButton(turn: Turn, make: Buttons): readonly Button[] {
	if (turn.kind === 'agree') return [make.agree()];
	if (turn.kind === 'approve') return [make.approve(turn.toConfirm.length > 0)];
	if (turn.kind === 'start') return [make.start('primary')];
	if (turn.kind === 'start-later') return [make.start()];
	return [];
}

type Style = 'primary' | 'danger' | undefined;

interface Buttons {
	agree(): Button;
	approve(confirming: boolean): Button;
	findApprover(): Button;
	requestChanges(): Button;
	newScript(style?: Style): Button;
	allowRerun(): Button;
	close(style?: Style): Button;
	start(style?: Style): Button;
	cancel(): Button;
	withdraw(): Button;
	requestAgain(): Button;
}

function maker(record: RequestRecord, target: Target): Buttons {
	const {number} = record.request;
	const value = valueOf(record);
	const plainButton = (action: string, text: string, style?: Style): Button => button({action, text, value, style});
	return {
		agree: () => plainButton(actionIds.agree, 'Agree with evidence', 'primary'),
		approve: (confirming: boolean) =>
			confirming
				? plainButton(actionIds.approveConfirming, 'Approve…', 'primary')
				: plainButton(actionIds.approve, 'Approve', 'primary'),
		findApprover: () => plainButton(actionIds.findApprover, 'Find me an approver'),
		requestChanges: () => plainButton(actionIds.requestChanges, 'Request changes…'),
		newScript: (style?: Style) => plainButton(actionIds.newScript, 'New script…', style),
		// What the request was when it ended is what counts, whichever review the person saw.
		requestAgain: () => button({action: actionIds.requestAgain, text: 'Request again…', value: encode({number})}),
		allowRerun: () => plainButton(actionIds.allowRerun, 'Allow re-run…', 'primary'),
		close: (style?: Style) => plainButton(actionIds.close, 'Close…', style),
		start: (style?: Style) => startButton(record, {style, target}),
		cancel: () =>
			button({
				action: actionIds.cancel,
				text: 'Cancel run',
				value,
				style: 'danger',
				confirm: confirmation({
					title: `Cancel the run of ${name(number)}?`,
					text: 'Lockstep ends what runs on the target and then says what landed. What is committed already stays.',
					yes: 'Cancel the run',
					no: 'Let it run',
				}),
			}),
		withdraw: () =>
			button({
				action: actionIds.withdraw,
				text: 'Withdraw',
				value,
				confirm: confirmation({
					title: `Withdraw ${name(number)}?`,
					text: 'It ends here, nothing is applied. A new request is needed to go on.',
					yes: 'Withdraw',
					no: 'Keep it',
				}),
			}),
	};
}

/**
 * Run now, confirmed first; wherever it is shown, it carries the review that the person saw. Where the target's
 * configuration is at hand, it says whether a drill goes before, and what a restore would lose.
 */
export function startButton(
	record: RequestRecord,
	{style, target = null}: {readonly style?: Style; readonly target?: Target | null},
): Button {
	const {number} = record.request;
	return button({
		action: actionIds.start,
		text: 'Run now',
		value: valueOf(record),
		style,
		confirm: confirmation({
			title: `Run ${name(number)} now?`,
			text: startText(record, target),
			yes: 'Run now',
			no: 'Not yet',
		}),
	});
}

/** Target names beyond this are cut: what follows must stand there as well. */
const nameCharacters = 50;

function startText({request, lastBackup}: RequestRecord, target: Target | null): string {
	const drilled = target?.drill.enabled === true && target.backup.required;
	const steps = [
		'takes the backup that is asked for there',
		...(drilled ? ['tries the script on it in a drill'] : []),
		'applies the migrations and verifies them',
	];
	const loss = target === null ? null : sharedLoss(target, lastBackup ?? null);
	return `Lockstep checks ${cut(request.target, nameCharacters)}, ${steps.join(', ')}.${loss === null ? '' : ` ${loss}`}`;
}

function valueOf({request: {number, reviewDigest}}: RequestRecord): string {
	return encode(reviewDigest === null ? {number} : {number, digest: reviewDigest});
}
