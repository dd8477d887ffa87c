import type {KnownBlock} from '@slack/types';
import {describe, expect, test} from 'vitest';
import {checkMessage} from '../../../simulator/limits/message.ts';
import {checkView} from '../../../simulator/limits/view.ts';
import {requestStates} from '../../../src/domain/request.ts';
import type {Target} from '../../../src/domain/target.ts';
import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import {encode} from '../../../src/adapters/slack/ids.ts';
import {answerModal} from '../../../src/adapters/slack/views/modals/answer-modal.ts';
import {approveModal} from '../../../src/adapters/slack/views/modals/approve-modal.ts';
import {callMessage} from '../../../src/adapters/slack/views/thread/call.ts';
import {changesModal} from '../../../src/adapters/slack/views/modals/changes-modal.ts';
import {escalationMessage} from '../../../src/adapters/slack/views/thread/escalation-message.ts';
import {differenceMessage} from '../../../src/adapters/slack/views/thread/difference.ts';
import {closeModal, rerunModal} from '../../../src/adapters/slack/views/modals/failure-modals.ts';
import {helpMessage} from '../../../src/adapters/slack/views/help.ts';
import {lineMessage} from '../../../src/adapters/slack/views/line.ts';
import {listMessage} from '../../../src/adapters/slack/views/board/list.ts';
import {checkingView, doneView, openingView, refusedView} from '../../../src/adapters/slack/views/notice.ts';
import {reminder} from '../../../src/adapters/slack/views/thread/reminder.ts';
import {newScriptModal, requestModal} from '../../../src/adapters/slack/views/modals/request-modal.ts';
import {requestMessage} from '../../../src/adapters/slack/views/message/request-message.ts';
import {
	detailsMessage,
	resultMessage,
	scriptComment,
	tablesComment,
} from '../../../src/adapters/slack/views/thread/thread-messages.ts';
import {waiveModal} from '../../../src/adapters/slack/views/modals/waive-modal.ts';
import type {Rendered} from '../../../src/adapters/slack/views/words.ts';
import {
	answered,
	backup,
	dana,
	digest,
	finding,
	lena,
	noon,
	omar,
	priya,
	record,
	report,
	review,
	run,
	sha256,
	target,
} from './request-record.ts';

const approval = {person: priya, reviewDigest: digest, confirmedItems: [], at: noon, voidedBecause: null};
const doubtful = review({findings: [finding()], destructive: true});
const blocked = review({
	findings: [
		finding({
			rule: 'create-index',
			severity: 'blocker',
			item: 'large-index-concurrently',
			message: 'A plain index on 3,000,000 rows.',
		}),
	],
});
const failed = run({
	outcome: 'failed',
	report: report({
		landed: 'part',
		landedMigrations: ['A'],
		missingMigrations: ['B'],
		failure: 'relation "x" does not exist',
	}),
});

describe('the request’s message shows the buttons of its state', () => {
	const table: readonly [string, RequestRecord, readonly string[], string | null][] = [
		['submitted', record({state: 'submitted', review: null, reviewDigest: null}), ['New script…', 'Withdraw'], null],
		['reviewing', record({state: 'reviewing', review: null, reviewDigest: null}), ['New script…', 'Withdraw'], null],
		[
			'in review, clean',
			record(),
			['Agree with evidence', 'Request changes…', 'New script…', 'Withdraw'],
			'Agree with evidence',
		],
		[
			'in review, an item in doubt',
			record({review: doubtful}),
			['Answer…', 'Agree with evidence', 'Request changes…', 'New script…', 'Withdraw'],
			'Agree with evidence',
		],
		[
			'in review, only the doubtful item left',
			record({review: doubtful}, {answers: answered().slice(1)}),
			['Answer…', 'Request changes…', 'New script…', 'Withdraw'],
			'Answer…',
		],
		[
			'in review, blocked',
			record({review: blocked}, {answers: answered('x')}),
			['Waive…', 'Request changes…', 'New script…', 'Withdraw'],
			null,
		],
		[
			'in review, answered',
			record({}, {answers: answered()}),
			['Approve', 'Find me an approver', 'Request changes…', 'New script…', 'Withdraw'],
			'Approve',
		],
		[
			'in review, answered, with findings to confirm',
			record({review: doubtful}, {answers: answered('unused')}),
			['Approve…', 'Find me an approver', 'Request changes…', 'New script…', 'Withdraw'],
			'Approve…',
		],
		[
			'sent back',
			record({state: 'changes-requested', reason: 'Add a default.'}),
			['New script…', 'Withdraw'],
			'New script…',
		],
		[
			'approved',
			record({state: 'approved'}, {answers: answered(), approvals: [approval]}),
			['Run now', 'Request changes…', 'New script…', 'Withdraw'],
			'Run now',
		],
		[
			'held',
			record({state: 'approved', startDueAt: noon, hold: {reason: 'The target is busy.', until: noon + 60_000}}),
			['Run now', 'Request changes…', 'New script…', 'Withdraw'],
			null,
		],
		['running', record({state: 'running'}, {runs: [run({finishedAt: null, outcome: null})]}), ['Cancel run'], null],
		[
			'failed, re-run safe',
			record({state: 'failed'}, {runs: [failed]}),
			['Allow re-run…', 'Close…', 'Request again…'],
			'Allow re-run…',
		],
		[
			'failed, re-run not safe',
			record({state: 'failed'}, {runs: [run({outcome: 'failed', report: report({rerunSafe: false})})]}),
			['Close…', 'Request again…'],
			'Close…',
		],
		['verified', record({state: 'verified'}, {runs: [run()], backups: [backup()]}), [], null],
		['withdrawn', record({state: 'withdrawn'}), ['Request again…'], null],
		['rejected', record({state: 'rejected', reason: 'Not an EF script.'}), ['Request again…'], null],
		['closed', record({state: 'closed', reason: 'Restored.'}), ['Request again…'], null],
	];

	test.each(table)('%s', (_name, shown, buttons, primary) => {
		const {blocks} = requestMessage(shown, target());
		const found = buttonsOf(blocks);
		expect(found.map(({text}) => text)).toEqual(buttons);
		expect(found.filter(({style}) => style === 'primary').map(({text}) => text)).toEqual(
			primary === null ? [] : [primary],
		);
	});

	test('every state has a message', () => {
		for (const state of requestStates) {
			expect(requestMessage(record({state}), target()).text).toMatch(/^MR-12 (?:is|has) /u);
		}
	});
});

describe('the request’s message says', () => {
	test('what changes, where, and who asked', () => {
		const {blocks, text} = requestMessage(record(), target());
		expect(text).toBe('MR-12 is in review: shop 2.4.0 to shop-production');
		expect(blocks[0]).toEqual({
			type: 'header',
			block_id: 'title',
			text: {type: 'plain_text', text: '◑ MR-12 · in review · shop-production', emoji: true},
		});
		expect(blocks[1]).toEqual({
			type: 'section',
			block_id: 'about',
			text: {
				type: 'mrkdwn',
				verbatim: true,
				text: `*shop 2.4.0* → *shop-production*\nAdds coupons.\nAsked for and written by <@${dana}>`,
			},
		});
		expect(textOf(blocks, 'turn')).toBe(`*Next:* <@${dana}>: agree with the evidence of 4 items in the checklist.`);
		expect(textOf(blocks, 'migrations')).toBe(
			'*2 migrations pending*\n• `20260301090000_AddCoupons`\n• `20260301090500_AddCouponIndex`\n1 migration of the script already applied: nothing to do for it.',
		);
	});

	test('the worst finding first, with place and remedy', () => {
		const findings = [
			finding({severity: 'notice', rule: 'n'}),
			finding({severity: 'blocker', rule: 'b', waivable: false}),
		];
		const {blocks} = requestMessage(record({review: review({findings})}), target());
		expect(textOf(blocks, 'risk')).toBe('*Risk:* ■ 1 blocker, 1 notice · two approvals needed');
		expect(textOf(blocks, 'findings')).toMatch(
			/^■ \*Blocker\* `b`, line 12 of `20260301090000_DropLegacyNote`: [\s\S]*Remedy: [\s\S]*• Notice `n`/u,
		);
	});

	test('who answered what, and why', () => {
		const {blocks} = requestMessage(record({review: doubtful}, {answers: answered('Unused since 2.1.')}), target());
		expect(textOf(blocks, 'item-no-destructive-drop')).toContain(`☑ *No table or column`);
		expect(textOf(blocks, 'item-no-destructive-drop')).toContain(`Yes, says <@${dana}>: “Unused since 2.1.”`);
	});

	test('why it is held and when it is tried again, in the reader’s time', () => {
		const held = record({state: 'approved', startDueAt: noon, hold: {reason: 'The target is busy.', until: noon}});
		const {blocks} = requestMessage(held, target());
		expect(textOf(blocks, 'title')).toBe('⏸ MR-12 · held · shop-production');
		expect(textOf(blocks, 'turn')).toContain(
			'Not now: The target is busy. Nothing was applied. Tried again <!date^1772445600^',
		);
	});

	test('the steps with their durations', () => {
		const {blocks} = requestMessage(record({state: 'verified'}, {runs: [run()], backups: [backup()]}), target());
		expect(textOf(blocks, 'run')).toBe(
			'*Run*\n✔ preflight: done, 0.4 s\n✔ backup: done, 18 s. 195.0 MB, read back in full\n✔ apply: done, 3.5 s\n✔ verify: done, 0.2 s',
		);
		expect(textOf(blocks, 'checklist-short')).toContain(
			'*Backup:* `pre-migration-20260302T100000Z-MR-12.dump`, 195.0 MB, SHA-256 `ab12ab12ab12`',
		);
	});

	test('after a failure what landed, what did not, and whether a re-run is safe', () => {
		const {blocks} = requestMessage(record({state: 'failed'}, {runs: [failed]}), target());
		expect(textOf(blocks, 'failure')).toBe(
			'*What failed:* relation "x" does not exist\n*Re-run:* safe once the cause is gone – what is missing rolled back whole.\n*Landed:* `A`\n*Did not land:* `B`',
		);
	});

	test('after a verification that failed, that a re-run only verifies again', () => {
		const report = failed.report === null ? null : {...failed.report, landed: 'everything' as const};
		const {blocks} = requestMessage(record({state: 'failed'}, {runs: [{...failed, report}]}), target());
		expect(textOf(blocks, 'failure')).toContain(
			'*Re-run:* safe – it applies nothing and verifies again what was mended.\n*Landed:* everything',
		);
	});
});

describe('an escalation', () => {
	const escalation = {
		id: 7,
		openedAt: noon,
		sentence: 'One of two migrations landed.',
		pings: 1,
		nextPingAt: noon,
		acknowledgedBy: null,
		acknowledgedAt: null,
	};
	const shown = record({state: 'failed'}, {runs: [failed], backups: [backup()], escalations: [escalation]});

	test('calls leads and on-call, says what is true, done and next', () => {
		const {blocks} = escalationMessage({
			record: shown,
			target: target(),
			escalation,
			called: ['S0LEADS0001', omar, 'nobody@example.com'],
		});
		expect(textOf(blocks, 'escalation-called')).toContain(
			`<!subteam^S0LEADS0001>, <@${omar}>, nobody@\u2060example.com: please look.`,
		);
		expect(textOf(blocks, 'escalation-now')).toContain('One of two migrations landed.\n*Landed:* `A`');
		expect(textOf(blocks, 'escalation-done')).toContain('The deploy gate of shop 2.4.0 is shut.');
		expect(textOf(blocks, 'escalation-next')).toContain('<https://wiki.example.com/restore|Restore runbook>');
		expect(textOf(blocks, 'escalation-restore')).toContain('pg_restore --dbname=shop_restore');
		expect(buttonsOf(blocks)).toEqual([{text: 'Acknowledge', style: 'primary', value: '{"number":12,"escalation":7}'}]);
	});

	test('says who acknowledged, and calls nobody any more', () => {
		const taken = {...escalation, acknowledgedBy: lena, acknowledgedAt: noon};
		const {blocks} = escalationMessage({record: shown, target: target(), escalation: taken, called: [omar]});
		expect(textOf(blocks, 'escalation-called')).toContain(`*Acknowledged* by <@${lena}>`);
		expect(JSON.stringify(blocks)).not.toContain(omar);
		expect(buttonsOf(blocks)).toEqual([]);
	});
});

describe('lines of the thread', () => {
	const table: readonly [Parameters<typeof lineMessage>[1], string][] = [
		[
			{about: 'waiver', rule: 'create-index', person: lena, reason: 'Night.'},
			`☑ <@${lena}> waived \`create-index\`: “Night.”`,
		],
		[{about: 'rerun', person: lena, reason: 'Fixed.'}, `↻ <@${lena}> allows a re-run: “Fixed.”`],
		[{about: 'close', person: lena, reason: 'Restored.'}, `■ <@${lena}> closed MR-12: “Restored.”`],
		[
			{about: 'superseded', person: lena, version: '2.5.0', before: '2.4.0'},
			`⇄ <@${lena}> sent \`2.5.0\`, which takes the place of \`2.4.0\`.`,
		],
		[
			{about: 'superseded', person: lena, version: '2.5.0', before: '2.5.0'},
			`⇄ <@${lena}> sent a newer script of \`2.5.0\`.`,
		],
		[{about: 'held', text: 'The target is busy.'}, '⏸ Not now, nothing was applied: The target is busy.'],
		[
			{about: 'other', text: `<@${dana}> <@${omar}> <!channel> \`psql\``},
			`<@${dana}> &lt;@\u2060${omar}&gt; &lt;!channel&gt; \`psql\``,
		],
	];
	test.each(table)('%j', (payload, text) => {
		expect(lineMessage(record(), payload).text).toBe(text);
	});
});

describe('with hostile and huge text', () => {
	const hostile =
		'<!channel> <@U0OMAR00001> <https://evil.example|click> *bold* `code` ```block``` :white_check_mark: & \u202Edlrow\n> quote '.repeat(
			120,
		);
	const ids = Array.from({length: 300}, (_, index) => `2026030109${index}_${'x'.repeat(index)}<!here>`);
	const findings = Array.from({length: 200}, (_, index) =>
		finding({
			rule: index < 20 ? `rule-${index}-${hostile}` : 'drop-column',
			severity: index < 40 ? 'blocker' : 'warning',
			item: 'no-destructive-drop',
			message: hostile,
			why: hostile,
			remedy: hostile,
			migration: hostile,
		}),
	);
	const huge = review({findings, destructive: true, pending: ids, alreadyApplied: ids});
	const bad = report({
		landed: 'part',
		landedMigrations: ids,
		missingMigrations: ids,
		failure: hostile,
		warnings: ids.map(() => hostile),
		tables: ids,
		lastHistory: ids.map((migrationId) => ({migrationId, productVersion: hostile})),
		output: hostile.repeat(10),
	});
	const escalation = {
		id: 7,
		openedAt: noon,
		sentence: hostile,
		pings: 9,
		nextPingAt: noon,
		acknowledgedBy: null,
		acknowledgedAt: null,
	};
	const bigTarget = target({
		name: hostile,
		restoreRunbook: hostile,
		people: {approvers: ids, waivers: ids, leads: ids, onCall: ids},
	});
	const big = (change: Parameters<typeof record>[0]): RequestRecord =>
		record(
			{
				review: huge,
				app: hostile,
				version: hostile,
				summary: hostile,
				target: hostile,
				scriptName: hostile,
				reason: hostile,
				...change,
			},
			{
				answers: answered(hostile),
				approvals: ids.map((person) => ({...approval, person})),
				waivers: ids.map((rule) => ({rule, person: hostile, reason: hostile, reviewDigest: digest})),
				runs: [run({outcome: 'failed', report: bad, steps: run().steps.map((step) => ({...step, note: hostile}))})],
				backups: [backup({fileName: hostile, restoreCommand: hostile})],
				escalations: [escalation],
			},
		);
	const statements = ids.map((migration) => ({
		migration,
		place: {line: 1, column: 1},
		sql: hostile,
		conditions: [hostile],
	}));

	const messages: readonly [string, () => Rendered][] = [
		...requestStates.map((state): [string, () => Rendered] => [
			`request, ${state}`,
			() => requestMessage(big({state}), bigTarget),
		]),
		['request, unanswered', () => requestMessage({...big({}), answers: [], waivers: []}, bigTarget)],
		[
			'request, held',
			() =>
				requestMessage(
					big({state: 'approved', startDueAt: noon, hold: {reason: hostile, until: Number.NaN}}),
					bigTarget,
				),
		],
		[
			'escalation',
			() => escalationMessage({record: big({state: 'failed'}), target: bigTarget, escalation, called: ids}),
		],
		['reminder', () => reminder({record: big({state: 'failed'}), target: bigTarget, escalation, called: ids})],
		['details', () => detailsMessage(big({}), statements)],
		[
			'difference',
			() => {
				const earlier = statements.map((statement) => ({...statement, sql: `${statement.sql}\n${statement.sql}`}));
				const message = differenceMessage(big({}), {
					before: sha256,
					earlier: earlier.slice(1, 2),
					now: statements.slice(0, 2),
				});
				if (message === null) throw new Error('There is nothing to compare.');
				return message;
			},
		],
		[
			'call',
			() => callMessage(big({}), {reviewDigest: digest, kind: 'asked', person: hostile, called: ids, at: Number.NaN}),
		],
		['result', () => resultMessage(big({}), null)],
		['line', () => lineMessage(big({}), {about: 'held', text: hostile.repeat(5)})],
		['waiver line', () => lineMessage(big({}), {about: 'waiver', rule: hostile, person: hostile, reason: hostile})],
		[
			'list',
			() =>
				listMessage(
					ids.map((app, number) => ({
						number,
						target: hostile,
						app,
						version: hostile,
						summary: hostile,
						state: 'running',
						requester: hostile,
						createdAt: noon,
					})),
					hostile,
				),
		],
		['help', () => helpMessage([bigTarget, bigTarget], hostile)],
		['script comment', () => ({text: scriptComment(big({}), sha256, 1), blocks: []})],
		['tables comment', () => ({text: tablesComment(big({})), blocks: []})],
	];

	test.each(messages)('the message “%s” keeps Slack’s limits and pings nobody', (_name, render) => {
		const message = render();
		expect(() => checkMessage({text: message.text, blocks: asJson(message.blocks)}, 'post')).not.toThrow();
		expectHarmless(JSON.stringify(message.blocks) + message.text);
		expectOwnBlockIds(message.blocks);
	});

	const memory = encode({number: 12, digest, rule: 'x', channel: 'C0DBMIGR001', threadTs: null});
	const form = {
		channel: null,
		source: null,
		target: hostile,
		app: hostile.slice(0, 80),
		version: hostile.slice(0, 80),
		author: dana,
		summary: '\u0001'.repeat(500),
		start: 'at',
		startAt: noon,
	} as const;
	const hostileFile = {kind: 'file', id: 'F'.repeat(40), name: hostile.slice(0, 300), of: 9} as const;
	/** Each after the one before it, in stages of three. */
	const chained = (number: number): readonly Target[] =>
		Array.from({length: number}, (_, index) =>
			target({name: `shop-${index}`, after: index % 3 === 0 ? null : `shop-${index - 1}`}),
		);
	const modals: readonly [string, () => unknown][] = [
		['request', () => requestModal([bigTarget, target()], form)],
		[
			'request for 200 targets',
			() =>
				requestModal(
					ids.slice(0, 200).map((name) => target({name: name.slice(0, 100)})),
					{...form, target: ''},
				),
		],
		[
			'request for 3,000 targets and their stages',
			() => requestModal(chained(3000), {...form, target: 'shop-1,shop-2'}),
		],
		['request with a file', () => requestModal(chained(2), {...form, target: '', source: hostileFile})],
		[
			'request again',
			() =>
				requestModal(chained(2), {
					...form,
					target: '',
					source: {kind: 'again', number: 12, name: hostile.slice(0, 300)},
				}),
		],
		['refused with a file', () => refusedView('No.', {...form, source: hostileFile})],
		['new script', () => newScriptModal('Script for MR-123456789', 'x', memory)],
		['checking', () => checkingView('Reading.')],
		['opening', () => openingView()],
		['done', () => doneView('Requested', hostile.replaceAll('<', '').repeat(3))],
		['refused', () => refusedView('No.', form)],
		['refused without a form', () => refusedView('No.', null)],
		['answer', () => answerModal(big({number: 123_456_789}), 'no-destructive-drop', memory)],
		['waive', () => waiveModal(big({number: 123_456_789}), 'drop-column', memory)],
		['changes', () => changesModal(123_456_789, memory)],
		[
			'approve',
			() =>
				approveModal(
					big({number: 123_456_789}),
					['no-destructive-drop', 'not-null-filled', 'large-index-concurrently', 'no-destructive-rename'],
					memory,
				),
		],
		['re-run', () => rerunModal(big({}), memory)],
		['close', () => closeModal(big({}), memory)],
	];

	test.each(modals)('the modal “%s” keeps Slack’s limits', (_name, render) => {
		const view = render();
		expect(() => checkView(JSON.parse(JSON.stringify(view)) as Parameters<typeof checkView>[0])).not.toThrow();
	});

	// Slack takes views of 250,000 characters (docs.slack.dev/reference/methods/views.open, view_too_large).
	test('the form stays far below the size that Slack takes, and keeps what is chosen', () => {
		const last = 'shop-2997,shop-2998';
		const view = JSON.stringify(requestModal(chained(3000), {...form, summary: '', target: last}));
		expect(view.length).toBeLessThan(125_000);
		expect(view).toContain(`"value":"${last}"}`);
	});

	test('the whole message still has its title, its turn and its buttons', () => {
		const {blocks} = requestMessage({...big({}), answers: [], waivers: []}, bigTarget);
		expect(blocks.map(({block_id: id}) => id)).toEqual(
			expect.arrayContaining(['title', 'about', 'turn', 'request-actions']),
		);
	});
});

interface Shown {
	readonly text: string;
	readonly style?: string;
	readonly value?: string;
}

function buttonsOf(blocks: readonly KnownBlock[]): readonly Shown[] {
	return blocks.flatMap((block) => {
		const elements =
			block.type === 'actions'
				? block.elements
				: block.type === 'section' && block.accessory !== undefined
					? [block.accessory]
					: [];
		return elements.flatMap((element) =>
			element.type === 'button'
				? [
						{
							text: element.text.text,
							...(element.style === undefined ? {} : {style: element.style}),
							...(element.value?.includes('escalation') === true ? {value: element.value} : {}),
						},
					]
				: [],
		);
	});
}

function textOf(blocks: readonly KnownBlock[], id: string): string {
	const block = blocks.find((one) => one.block_id === id);
	if (block?.type === 'section' || block?.type === 'header') return block.text?.text ?? '';
	throw new Error(`no block ${id}`);
}

/** No mention of a whole channel, of omar (who is only in the hostile text), no link, no turned text. */
function expectHarmless(text: string): void {
	expect(text).not.toMatch(/<!(?:channel|here|everyone)/u);
	expect(text).not.toContain(`<@${omar}>`);
	expect(text).not.toContain('<https://evil');
	expect(text).not.toContain('\u202E');
	// Slack shows no emoji in code.
	expect(text.replaceAll(/```[\s\S]*?```|`[^`]*`/gu, '')).not.toContain(':white_check_mark:');
}

function expectOwnBlockIds(blocks: readonly KnownBlock[]): void {
	const ids = blocks.map(({block_id: id}) => id);
	expect(ids).not.toContain(undefined);
	expect(new Set(ids).size).toBe(ids.length);
}

function asJson(blocks: readonly KnownBlock[]): NonNullable<Parameters<typeof checkMessage>[0]['blocks']> {
	return JSON.parse(JSON.stringify(blocks)) as NonNullable<Parameters<typeof checkMessage>[0]['blocks']>;
}
