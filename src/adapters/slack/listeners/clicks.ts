import {actionIds} from '../ids.ts';
import {backClicked} from './back.ts';
import type {ClickListener} from './click.ts';
import {
	acknowledgeClicked,
	agreeClicked,
	approveClicked,
	cancelClicked,
	findApproverClicked,
	startClicked,
	withdrawClicked,
} from './decisions.ts';
import {formOpened, homeAfter, homeRefreshed, linkFollowed} from './home.ts';
import {
	answerOpened,
	approveOpened,
	changesOpened,
	closeOpened,
	newScriptOpened,
	requestAgainOpened,
	rerunOpened,
	waiveOpened,
} from './open-modal.ts';

/** Every button of Lockstep's messages and windows. */
export const clickListeners: ReadonlyMap<string, ClickListener> = new Map<string, ClickListener>([
	[actionIds.agree, agreeClicked],
	[actionIds.answer, answerOpened],
	[actionIds.waive, waiveOpened],
	[actionIds.approve, approveClicked],
	[actionIds.approveConfirming, approveOpened],
	[actionIds.findApprover, findApproverClicked],
	[actionIds.requestChanges, changesOpened],
	[actionIds.newScript, newScriptOpened],
	[actionIds.start, homeAfter(startClicked)],
	[actionIds.cancel, cancelClicked],
	[actionIds.withdraw, withdrawClicked],
	[actionIds.allowRerun, rerunOpened],
	[actionIds.close, closeOpened],
	[actionIds.acknowledge, homeAfter(acknowledgeClicked)],
	[actionIds.openForm, formOpened],
	[actionIds.refreshHome, homeRefreshed],
	[actionIds.link, linkFollowed],
	[actionIds.requestAgain, requestAgainOpened],
	[actionIds.back, backClicked],
]);
