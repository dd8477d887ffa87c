import type {KnownBlock} from '@slack/types';
import type {Board} from '../../../../operations/show-board.ts';
import {context, fitMessage, section} from '../../blocks.ts';
import {fitItems} from '../../limits.ts';
import {askedLine, recentLine, runningLine, waitingBlocks} from './board-item.ts';
import {count, type Rendered} from '../words.ts';

/** An answer to a command is read at a glance; the App Home has room for more. */
const waitingAtMost = 6;
const recentAtMost = 3;

/** `/migrate` alone: what waits for this person, what runs, what they asked for. */
export function boardMessage(board: Board, person: string, workspaceUrl: string | null): Rendered {
	const own = board.recent.filter(({requester}) => requester === person).slice(0, recentAtMost);
	return {
		text: waitingTitle(board),
		blocks: fitMessage([
			{worth: 10, blocks: [section('board-title', `*${waitingTitle(board)}*${waitingHint(board)}`)]},
			...board.waiting
				.slice(0, waitingAtMost)
				.map((item, index) => ({worth: 9 - index, blocks: waitingBlocks(item, workspaceUrl, index === 0)})),
			{worth: 9, blocks: moreWaiting(board, waitingAtMost)},
			{worth: 9, blocks: noticeBlocks(board)},
			{
				worth: 8,
				blocks: lines('board-running', '*Running*', board.running, (item) => runningLine(item, workspaceUrl), 1500),
			},
			{
				worth: 7,
				blocks: lines('board-asked', '*You asked for*', board.asked, (item) => askedLine(item, workspaceUrl), 1500),
			},
			{
				worth: 2,
				blocks: lines('board-recent', '*Yours, ended lately*', own, (item) => recentLine(item, workspaceUrl), 900),
			},
			{
				worth: 3,
				blocks: [context('board-more', '`/migrate list` shows everybody’s, `/migrate help` what else there is.')],
			},
		]),
	};
}

/** `2 things wait for you`, without formatting. */
function waitingTitle({waiting}: Board): string {
	if (waiting.length === 0) return 'Nothing waits for you.';
	return waiting.length === 1 ? '1 request waits for you' : `${count(waiting.length, 'request')} wait for you`;
}

function waitingHint({waiting, readOnly}: Board): string {
	return waiting.length > 0 || readOnly ? '' : ' Request a migration with `/migrate request`.';
}

export function moreWaiting({waiting}: Board, shown: number): readonly KnownBlock[] {
	if (waiting.length <= shown) return [];
	const more = count(waiting.length - shown, 'more request');
	return [section('waiting-more', `… and ${more}, less urgent. \`/migrate show MR-n\` shows one.`)];
}

/** What keeps the board from being the whole truth. */
export function noticeBlocks({readOnly, rolesUnknown, unseen}: Board): readonly KnownBlock[] {
	const notices = [
		...(readOnly ? ['You may look on; only full members of this workspace request, approve and run.'] : []),
		...(rolesUnknown
			? [
					'⚠ Slack could not be asked who approves, waives and leads, so something may wait for you that is missing here. Look again in a minute.',
				]
			: []),
		...(unseen > 0
			? [`⚠ ${count(unseen, 'older open request')} not shown here: \`/migrate list target\` lists those of a target.`]
			: []),
	];
	return notices.length === 0 ? [] : [context('board-notices', notices.join('\n'))];
}

/** A title and a line an item in one section; nothing where there is none. */
export function lines<T>(
	id: string,
	title: string,
	items: readonly T[],
	lineOf: (item: T) => string,
	room: number,
): readonly KnownBlock[] {
	if (items.length === 0) return [];
	const text = fitItems(items, lineOf, room, (left) => `… and ${count(left, 'more')}.`);
	return [section(id, title === '' ? text : `${title}\n${text}`)];
}
