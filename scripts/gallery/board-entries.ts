import {boardMessage} from '../../src/adapters/slack/views/board/board.ts';
import {failedHomeView, homeView} from '../../src/adapters/slack/views/board/home.ts';
import {waitingKinds} from '../../src/domain/waiting.ts';
import type {RequestRecord} from '../../src/operations/ports/record.ts';
import type {Board} from '../../src/operations/show-board.ts';
import {ephemerals, homes, type ViewEntry} from './entry.ts';
import {dana, noon} from './records.ts';
import {recordIn, type StateName} from './request-entries.ts';
import type {Scene} from './scene.ts';

/** Where the workspace of the gallery lives: the links of a board lead there. */
export const workspaceUrl = 'https://shop.slack.com/';

/** What `/migrate` alone and the App Home show. */
export function boardEntries(): readonly ViewEntry[] {
	return [
		...ephemerals(boardMessage, 'Board: much waits', (scene) => [fullBoard(scene), dana, workspaceUrl]),
		...ephemerals(boardMessage, 'Board: nothing waits', (scene) =>
			scene.variant === 'short' ? [emptyBoard, dana, workspaceUrl] : null,
		),
		...homes(homeView, 'App Home: much waits', (scene) => [fullBoard(scene), workspaceUrl, noon]),
		...homes(homeView, 'App Home: nothing waits', (scene) =>
			scene.variant === 'short' ? [emptyBoard, workspaceUrl, noon] : null,
		),
		...homes(homeView, 'App Home: may look on', (scene) =>
			scene.variant === 'short' ? [{...emptyBoard, readOnly: true, rolesUnknown: true, unseen: 4}, null, noon] : null,
		),
		...homes(failedHomeView, 'App Home: cannot be read', (scene) =>
			scene.variant === 'short' ? ['Lockstep’s own database cannot be reached. Try again in a minute.'] : null,
		),
	];
}

const emptyBoard: Board = {
	waiting: [],
	running: [],
	asked: [],
	recent: [],
	targets: [],
	readOnly: false,
	rolesUnknown: false,
	unseen: 0,
};

/** The state in which each thing waits. */
const waitingStates: {readonly [what in (typeof waitingKinds)[number]]: StateName} = {
	acknowledge: 'failed, a re-run is safe',
	decide: 'failed, a re-run is not safe',
	start: 'approved, to start by hand',
	waive: 'in review, blocked, may be waived',
	approve: 'in review, to approve',
	'new-script': 'sent back for changes',
	answer: 'in review, to agree',
};

/** One of everything; three of everything where there is much. */
function fullBoard(scene: Scene): Board {
	const times = scene.variant === 'short' ? 1 : 3;
	const waiting = Array.from({length: times}, () => waitingKinds).flat();
	const running = Array.from({length: times}, () => recordIn(scene, 'running, apply'));
	const asked = Array.from({length: times}, () => recordIn(scene, 'approved, starts at a time'));
	const ended = Array.from({length: times}, () => ['verified', 'withdrawn', 'closed'] as const).flat();
	return {
		waiting: waiting.map((what, index) => ({...itemOf(recordIn(scene, waitingStates[what]), 12 + index), what})),
		running: running.map((record, index) => itemOf(record, 60 + index)),
		asked: asked.map((record, index) => itemOf(record, 70 + index)),
		recent: ended.map((state, index) => ({
			number: 80 + index,
			target: scene.targetName,
			app: scene.app,
			version: scene.version,
			summary: scene.summary,
			state,
			requester: dana,
			createdAt: noon,
			endedAt: noon + 3_600_000,
			message: {channel: 'C0DBMIGR001', ts: '1772445600.000100'},
		})),
		targets: [
			{name: 'shop-staging', after: null, open: 0, lastBackupAt: null, lastVerified: null},
			{
				name: scene.targetName,
				after: 'shop-staging',
				open: waiting.length,
				lastBackupAt: noon,
				lastVerified: {number: 11, version: scene.version, at: noon},
			},
		],
		readOnly: false,
		rolesUnknown: scene.variant !== 'short',
		unseen: scene.variant === 'short' ? 0 : 40,
	};
}

function itemOf(record: RequestRecord, number: number): Board['running'][number] {
	return {
		record: {...record, request: {...record.request, number}},
		message: {channel: 'C0DBMIGR001', ts: '1772445600.000100'},
	};
}
