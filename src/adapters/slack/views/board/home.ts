import type {Button, HomeView, KnownBlock} from '@slack/types';
import type {Board} from '../../../../operations/show-board.ts';
import {actions, button, context, header, section} from '../../blocks.ts';
import {actionIds} from '../../ids.ts';
import {limits, moment} from '../../limits.ts';
import {lines, moreWaiting, noticeBlocks} from './board.ts';
import {askedLine, recentLine, runningLine, targetLine, waitingBlocks} from './board-item.ts';

/** Each takes two blocks at most. */
const waitingAtMost = 20;
/** Characters for the lines of one heading. */
const room = 2900;

/** A Home whose blocks are all of a kind that Slack documents. */
export interface Home extends HomeView {
	blocks: KnownBlock[];
}

/** The app's Home tab, as it is at `now` (epoch milliseconds): Slack shows it so until it is published again. */
export function homeView(board: Board, workspaceUrl: string | null, now: number): Home {
	return home([
		header('home-title', 'Database migrations'),
		actions('home-actions', homeButtons(board)),
		context('home-as-of', `As of ${moment(now)}`),
		...noticeBlocks(board),
		header('home-waiting', heading('Waiting for you', board.waiting.length)),
		...(board.waiting.length === 0 ? [section('home-nothing-waits', nothingWaits(board))] : []),
		...board.waiting.slice(0, waitingAtMost).flatMap((item, index) => waitingBlocks(item, workspaceUrl, index === 0)),
		...moreWaiting(board, waitingAtMost),
		header('home-running', heading('Running', board.running.length)),
		...orElse(
			lines('home-runs', '', board.running, (item) => runningLine(item, workspaceUrl), room),
			'home-nothing-runs',
			'Nothing runs now.',
		),
		...headed(
			'home-asked',
			heading('You asked for', board.asked.length),
			lines('home-asks', '', board.asked, (item) => askedLine(item, workspaceUrl), room),
		),
		...headed(
			'home-recent',
			'Ended lately',
			lines('home-ended', '', board.recent, (item) => recentLine(item, workspaceUrl), room),
		),
		...headed('home-targets', 'Targets', lines('home-target-list', '', board.targets, targetLine, room)),
	]);
}

/** The Home while Lockstep cannot read what belongs there: why, and the way to try again. */
export function failedHomeView(sentence: string): Home {
	return home([
		header('home-title', 'Database migrations'),
		section('home-failed', `✖ ${sentence}`),
		actions('home-actions', [refreshButton()]),
	]);
}

function home(blocks: readonly KnownBlock[]): Home {
	return {type: 'home', blocks: blocks.slice(0, limits.modalBlocks)};
}

function homeButtons({readOnly, waiting}: Board): readonly Button[] {
	if (readOnly) return [refreshButton()];
	// One primary button: where something waits, that is the next step.
	const style = waiting.length === 0 ? 'primary' : undefined;
	return [button({action: actionIds.openForm, text: 'Request a migration', value: 'request', style}), refreshButton()];
}

function refreshButton(): Button {
	return button({action: actionIds.refreshHome, text: 'Refresh', value: 'refresh'});
}

function nothingWaits({readOnly}: Board): string {
	return readOnly
		? 'Nothing waits for you.'
		: 'Nothing waits for you. Request a migration with the button above, or with `/migrate request` in any channel.';
}

function heading(words: string, items: number): string {
	return items === 0 ? words : `${words} (${items})`;
}

function headed(id: string, words: string, blocks: readonly KnownBlock[]): readonly KnownBlock[] {
	return blocks.length === 0 ? [] : [header(id, words), ...blocks];
}

function orElse(blocks: readonly KnownBlock[], id: string, words: string): readonly KnownBlock[] {
	return blocks.length === 0 ? [section(id, words)] : blocks;
}
