import type {Button, KnownBlock} from '@slack/types';
import {describe, expect, test} from 'vitest';
import {checkMessage} from '../../../simulator/limits/message.ts';
import {checkView} from '../../../simulator/limits/view.ts';
import {requestStates} from '../../../src/domain/request.ts';
import {waitingKinds} from '../../../src/domain/waiting.ts';
import type {EndedRequest, RequestRecord} from '../../../src/operations/ports/record.ts';
import type {Board, BoardItem, WaitingItem} from '../../../src/operations/show-board.ts';
import {boardMessage} from '../../../src/adapters/slack/views/board/board.ts';
import {
	askedLine,
	recentLine,
	runningLine,
	targetLine,
	waitingBlocks,
} from '../../../src/adapters/slack/views/board/board-item.ts';
import {failedHomeView, homeView} from '../../../src/adapters/slack/views/board/home.ts';
import {emptyBoard} from './local-slack.ts';
import {answered, dana, digest, finding, noon, omar, priya, record, review, run, sha256} from './request-record.ts';

const workspace = 'https://shop.slack.com/';
const message = {channel: 'C0DBMIGR001', ts: '1700000000.000100'};
const linked = '*<https://shop.slack.com/archives/C0DBMIGR001/p1700000000000100|MR-12>*';
/** How a moment of 2026-03-02 10:00 UTC is written. */
const at = '<!date^1772445600^{date_short_pretty} at {time}|2026-03-02 10:00 UTC>';

const escalation = {
	id: 7,
	openedAt: noon,
	sentence: 'The run failed.',
	pings: 1,
	nextPingAt: noon,
	acknowledgedBy: null,
	acknowledgedAt: null,
};
const approval = {person: priya, reviewDigest: digest, confirmedItems: [], at: noon, voidedBecause: null};
const blocked = review({findings: [finding({rule: 'index-not-concurrent', severity: 'blocker'})]});
const unwaivable = review({
	findings: [
		finding({rule: 'index-not-concurrent', severity: 'blocker'}),
		finding({rule: 'session-override', severity: 'blocker', waivable: false}),
	],
});
const ended: EndedRequest = {
	number: 9,
	target: 'shop-production',
	app: 'shop',
	version: '2.3.0',
	summary: 'Adds carts.',
	state: 'verified',
	requester: dana,
	createdAt: noon,
	endedAt: noon,
};

function item(shown: RequestRecord): BoardItem {
	return {record: shown, message};
}

describe('what waits says what to do, and has the button for it', () => {
	const table: readonly [WaitingItem['what'], RequestRecord, string, readonly string[]][] = [
		[
			'acknowledge',
			record({state: 'failed'}, {escalations: [escalation]}),
			`✖ ${linked} has failed and waits for somebody to acknowledge it. Do not deploy.`,
			['Acknowledge', 'Open'],
		],
		[
			'decide',
			record({state: 'failed'}, {escalations: [{...escalation, acknowledgedBy: dana}]}),
			`✖ ${linked} has failed: as a lead you decide how it goes on. Do not deploy.`,
			['Open'],
		],
		[
			'start',
			record({state: 'approved'}),
			`● ${linked} is approved: click “Run now” when the time is right.`,
			['Run now', 'Open'],
		],
		[
			'waive',
			record({review: blocked}),
			`◑ ${linked} is blocked by \`index-not-concurrent\`: the script changes, or you waive it with a reason.`,
			['Open'],
		],
		['approve', record(), `◑ ${linked} waits for an approval that you could give.`, ['Open']],
		[
			'new-script',
			record({review: unwaivable}),
			`◑ ${linked} is blocked by \`session-override\` and \`index-not-concurrent\`: the script must change.`,
			['Open'],
		],
		[
			'new-script',
			record({state: 'changes-requested', reason: 'Add a default.'}),
			`↩ ${linked} was sent back and waits for a new script: “Add a default.”`,
			['Open'],
		],
		['answer', record(), `◑ ${linked} waits for you to agree with the evidence or answer the checklist.`, ['Open']],
	];

	test.each(table)('%s', (what, shown, words, buttons) => {
		const blocks = waitingBlocks({what, record: shown, message}, workspace, true);
		const [first = '', second = ''] = textOf(blocks, 'waiting-12').split('\n');
		expect(first).toBe(words);
		expect(second).toContain('shop 2.4.0 → shop-production · Adds coupons. · ');
		expect(buttonsOf(blocks)).toEqual(buttons);
	});

	test.each(['acknowledge', 'decide'] as const)('%s, with what broke', (what) => {
		const failed = record({state: 'failed'}, {escalations: [escalation]});
		expect(textOf(waitingBlocks({what, record: failed, message}, workspace, true), 'waiting-12')).toMatch(
			/\nThe run failed\.$/u,
		);
	});

	test('without a link where the message is not posted', () => {
		const start: WaitingItem = {what: 'start', record: record({state: 'approved'}), message: null};
		const blocks = waitingBlocks(start, workspace, true);
		expect(textOf(blocks, 'waiting-12')).toContain('● *MR-12* is approved');
		expect(buttonsOf(blocks)).toEqual(['Run now']);
		expect(buttonsOf(waitingBlocks({...start, what: 'approve'}, workspace, true))).toEqual([]);
	});

	test('with the stage, where there are several', () => {
		const stage = {target: 'shop-staging', state: 'verified', scriptSha256: sha256} as const;
		const second = record(
			{state: 'approved', follows: 11},
			{
				stages: [
					{...stage, number: 11},
					{...stage, number: 12},
				],
			},
		);
		const blocks = waitingBlocks({what: 'start', record: second, message}, workspace, true);
		expect(textOf(blocks, 'waiting-12')).toContain(' · Stage 2 of 2 · ');
	});
});

describe('lines of the board', () => {
	const running = run({finishedAt: null, outcome: null});

	test.each([
		[
			'a step that is at work',
			run({...running, steps: [{name: 'apply', state: 'running', startedAt: noon, finishedAt: null, note: null}]}),
			`▶ ${linked} shop 2.4.0 → shop-production · at apply since ${at}`,
		],
		['a run between its steps', running, `▶ ${linked} shop 2.4.0 → shop-production · between two steps`],
		[
			'a run that is being cancelled',
			run({...running, cancelAskedBy: priya}),
			`▶ ${linked} shop 2.4.0 → shop-production · between two steps · <@${priya}> asked to cancel`,
		],
	])('%s', (_name, one, line) => {
		expect(runningLine(item(record({state: 'running'}, {runs: [one]})), workspace)).toBe(line);
	});

	test.each([
		['an open checklist', record(), 'has an open checklist.'],
		['a blocker', record({review: blocked}, {answers: answered()}), 'is blocked.'],
		['no approval', record({}, {answers: answered()}), 'waits for approval.'],
		['one approval of two', record({}, {answers: answered(), approvals: [approval]}), 'waits for a second approval.'],
		['its review', record({state: 'submitted'}), 'is being reviewed by Lockstep.'],
		[
			'a review that cannot be done now',
			record({state: 'submitted', hold: {reason: 'The target does not answer.', until: noon}}),
			'is held: The target does not answer.',
		],
		[
			'a start at a time',
			record({state: 'approved', start: {kind: 'at', at: noon}, startDueAt: noon}),
			`starts ${at}.`,
		],
		[
			'a run that a worker has not taken yet',
			record({state: 'approved', startDueAt: noon}),
			'is about to run: a worker takes it in a moment.',
		],
		[
			'a run that is held',
			record({state: 'approved', startDueAt: noon, hold: {reason: 'The target is busy.', until: noon}}),
			'is held: The target is busy.',
		],
		['a failure', record({state: 'failed'}), 'has failed: the lead decides. Do not deploy.'],
	])('what was asked for tells of %s', (_name, shown, words) => {
		expect(askedLine(item(shown), workspace).split('\n')[0]).toMatch(/^\S /u);
		expect(askedLine(item(shown), workspace)).toContain(`${linked} ${words}\n`);
	});

	test('what ended says how, for whom and when', () => {
		const line = `✔ *MR-9* verified: shop 2.3.0 → shop-production (<@${dana}>, ${at})`;
		expect(recentLine({...ended, message: null}, workspace)).toBe(line);
		expect(recentLine({...ended, message}, workspace)).toContain('*<https://shop.slack.com/archives/');
	});

	test('a target says what it comes after, its newest backup and verified run, or that there is none', () => {
		const target = {name: 'shop-production', after: 'shop-staging', open: 1, lastBackupAt: noon};
		const lastVerified = {number: 9, version: '2.3.0', at: noon};
		expect(targetLine({...target, lastVerified})).toBe(
			`*shop-production*, after shop-staging – 1 open request\nlast verified MR-9 (2.3.0) ${at} · last backup ${at}`,
		);
		expect(targetLine({...target, after: null, open: 0, lastBackupAt: null, lastVerified: null})).toBe(
			'*shop-production* – 0 open requests\nnothing verified yet · no backup yet',
		);
	});
});

describe('/migrate alone', () => {
	test('with nothing to show says how to begin', () => {
		const {text, blocks} = boardMessage(emptyBoard, dana, workspace);
		expect(text).toBe('Nothing waits for you.');
		expect(textOf(blocks, 'board-title')).toBe('*Nothing waits for you.* Request a migration with `/migrate request`.');
		expect(blocks).toHaveLength(2);
	});

	test('shows the most urgent things, counts the others, and of what ended only the person’s own', () => {
		const waiting = Array.from({length: 9}, (_, index) => ({
			...item(record({number: index + 1})),
			what: 'approve' as const,
		}));
		const recent = [
			{...ended, message},
			{...ended, number: 8, requester: omar, message},
		];
		const {text, blocks} = boardMessage({...emptyBoard, waiting, recent}, dana, workspace);
		expect(text).toBe('9 requests wait for you');
		expect(blocks.map(({block_id: id}) => id)).toEqual([
			'board-title',
			...[1, 2, 3, 4, 5, 6].map((number) => `waiting-${number}`),
			'waiting-more',
			'board-recent',
			'board-more',
		]);
		expect(textOf(blocks, 'waiting-more')).toContain('3 more requests');
		expect(textOf(blocks, 'board-recent')).not.toContain('MR-8');
	});
});

test('however many things wait, one button is the primary one', () => {
	const waiting = [12, 13].map((number) => ({...item(record({number, state: 'approved'})), what: 'start' as const}));
	const primary = (blocks: readonly KnownBlock[]): number =>
		JSON.stringify(blocks).split('"style":"primary"').length - 1;
	expect(primary(boardMessage({...emptyBoard, waiting}, dana, workspace).blocks)).toBe(1);
	expect(primary(homeView({...emptyBoard, waiting}, workspace, noon).blocks)).toBe(1);
	expect(primary(homeView(emptyBoard, workspace, noon).blocks)).toBe(1);
});

describe('the Home', () => {
	test('with nothing to show says how to begin, by its primary button', () => {
		const {blocks} = homeView(emptyBoard, workspace, noon);
		expect(textOf(blocks, 'home-nothing-waits')).toBe(
			'Nothing waits for you. Request a migration with the button above, or with `/migrate request` in any channel.',
		);
		expect(textOf(blocks, 'home-nothing-runs')).toBe('Nothing runs now.');
		expect(buttonsOf(blocks)).toEqual(['Request a migration', 'Refresh']);
		expect(JSON.stringify(blocks)).toContain(`As of ${at}`);
	});

	test('says what is not the whole truth', () => {
		const {blocks} = homeView({...emptyBoard, rolesUnknown: true, unseen: 20}, workspace, noon);
		const notices = JSON.stringify(blocks.find(({block_id: id}) => id === 'board-notices'));
		expect(notices).toContain('Slack could not be asked who approves, waives and leads');
		expect(notices).toContain('20 older open requests not shown here');
	});

	test('that could not be made says why, and how to try again', () => {
		const {blocks} = failedHomeView('It cannot be reached.');
		expect(textOf(blocks, 'home-failed')).toBe('✖ It cannot be reached.');
		expect(buttonsOf(blocks)).toEqual(['Refresh']);
	});
});

describe('with hostile and huge text', () => {
	const hostile =
		'<!channel> <@U0OMAR00001> <https://evil.example|click> *bold* `code` ```block``` :white_check_mark: & \u202Edlrow\n> quote '.repeat(
			120,
		);
	const huge = review({
		findings: Array.from({length: 100}, (_, index) => finding({rule: `${index}${hostile}`, severity: 'blocker'})),
	});
	const big = (change: Parameters<typeof record>[0]): RequestRecord =>
		record(
			{
				review: huge,
				app: hostile,
				version: hostile,
				summary: hostile,
				target: hostile,
				reason: hostile,
				hold: {reason: hostile, until: Number.NaN},
				...change,
			},
			{
				escalations: [{...escalation, sentence: hostile}],
				runs: [run({finishedAt: null, outcome: null, cancelAskedBy: hostile})],
			},
		);
	const items = requestStates.flatMap((state, index) =>
		Array.from({length: 10}, (_, n): BoardItem => item(big({state, number: index * 10 + n + 1}))),
	);
	const board: Board = {
		waiting: items.map((one, index) => ({...one, what: waitingKinds[index % waitingKinds.length] ?? 'approve'})),
		running: items,
		asked: items,
		recent: items.map(({record: {request}}) => ({
			...ended,
			...request,
			requester: dana,
			endedAt: Number.NaN,
			message,
		})),
		targets: items.map(() => ({
			name: hostile,
			after: hostile,
			open: 1_000_000,
			lastBackupAt: Number.NaN,
			lastVerified: {number: 1, version: hostile, at: Number.NaN},
		})),
		readOnly: true,
		rolesUnknown: true,
		unseen: 1_000_000,
	};

	test('/migrate alone keeps Slack’s limits, cuts no part away and pings nobody', () => {
		const {text, blocks} = boardMessage(board, dana, workspace);
		expect(() => checkMessage({text, blocks: asJson(blocks)}, 'post')).not.toThrow();
		const ids = blocks.map(({block_id: id}) => id);
		expect(ids).not.toContain('cut');
		expect(ids).toEqual(expect.arrayContaining(['waiting-1', 'waiting-more', 'board-running', 'board-asked']));
		expectHarmless(JSON.stringify(blocks) + text);
		expectOwnBlockIds(blocks);
	});

	test.each([true, false])('the Home keeps Slack’s limits and pings nobody (read only: %s)', (readOnly) => {
		const view = homeView({...board, readOnly}, workspace, noon);
		expect(() => checkView(JSON.parse(JSON.stringify(view)), 'home')).not.toThrow();
		expect(view.blocks.map(({block_id: id}) => id)).toEqual(
			expect.arrayContaining(['waiting-1', 'waiting-more', 'home-runs', 'home-asks', 'home-ended', 'home-target-list']),
		);
		expectHarmless(JSON.stringify(view));
		expectOwnBlockIds(view.blocks);
	});

	test('a workspace’s address that is none makes no link', () => {
		const blocks = waitingBlocks({...item(big({})), what: 'approve'}, 'javascript:alert(1)//', true);
		expect(JSON.stringify(blocks)).not.toContain('<javascript');
		expect(buttonsOf(blocks)).toEqual([]);
	});
});

function buttonsOf(blocks: readonly KnownBlock[]): readonly string[] {
	return blocks.flatMap((block) => {
		if (block.type === 'actions') return block.elements.flatMap(wordsOf);
		return block.type === 'section' && block.accessory !== undefined ? wordsOf(block.accessory) : [];
	});
}

function wordsOf(element: {readonly type: string} | Button): readonly string[] {
	return element.type === 'button' && 'text' in element ? [element.text.text] : [];
}

function textOf(blocks: readonly KnownBlock[], id: string): string {
	const block = blocks.find((one) => one.block_id === id);
	if (block?.type === 'section') return block.text?.text ?? '';
	throw new Error(`no section ${id}`);
}

/** No mention of a whole channel, of omar (who is only in the hostile text), no link of its, no turned text. */
function expectHarmless(text: string): void {
	expect(text).not.toMatch(/<!(?:channel|here|everyone)/u);
	expect(text).not.toContain(`<@${omar}>`);
	expect(text).not.toContain('<https://evil');
	expect(text).not.toContain('\u202E');
	expect(text.replaceAll(/`[^`]*`/gu, '')).not.toContain(':white_check_mark:');
}

function expectOwnBlockIds(blocks: readonly KnownBlock[]): void {
	const ids = blocks.map(({block_id: id}) => id);
	expect(ids).not.toContain(undefined);
	expect(new Set(ids).size).toBe(ids.length);
}

function asJson(blocks: readonly KnownBlock[]): NonNullable<Parameters<typeof checkMessage>[0]['blocks']> {
	return JSON.parse(JSON.stringify(blocks)) as NonNullable<Parameters<typeof checkMessage>[0]['blocks']>;
}
