import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {refuse} from '../../../src/domain/refusal.ts';
import {Failure} from '../../../src/operations/ports/failure.ts';
import {createMessenger} from '../../../src/adapters/slack/messenger.ts';
import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import {startApp} from './local-slack.ts';
import {answered, dana, digest, finding, priya, record, report, review, run, target} from './request-record.ts';

const channel = 'db-migrations';
const file = {filename: 'migration.sql', bytes: Buffer.from('\uFEFFSELECT 1;\n')};
const sentence = 'MR-12 is done.';

describe.each(['socket', 'http'] as const)('over %s', (mode) => {
	let local: Awaited<ReturnType<typeof startApp>>;
	/** Slack's ts of the test's beginning: what was said before is another test's. */
	let began = 0;

	beforeAll(async () => {
		local = await startApp(mode);
	});

	beforeEach(() => {
		began = Date.now() / 1000;
		local.fake.calls.length = 0;
		local.fake.answer = () => Promise.resolve({kind: 'done', sentence});
		local.fake.record = null;
		local.log.lines.length = 0;
	});

	afterEach(async () => {
		await local.people.misbehave({kind: 'none'});
		const view = await local.people.as('dana').view();
		if (view !== null) await local.people.as('dana').closeView();
	});

	afterAll(async () => {
		await local.close();
	});

	/** Posts the request's message, so that its buttons can be clicked. */
	async function show(shown: RequestRecord): Promise<string> {
		local.fake.record = shown;
		const messenger = createMessenger({
			client: local.client,
			targets: new Map([['shop-production', target()]]),
			scriptBytes: () => Promise.resolve(null),
			statements: () => Promise.resolve([]),
		});
		return await messenger.post(
			{
				id: 1,
				number: 12,
				kind: 'request',
				channel: 'C0DBMIGR001',
				threadTs: null,
				ts: null,
				uncertain: false,
				payload: {},
			},
			shown,
		);
	}

	/** What only this person was told. */
	async function heard(person: string, text: string): Promise<string> {
		const message = await local.people
			.as(person)
			.waitForMessage(
				channel,
				(message) => message.ephemeral && Number(message.ts) >= began && message.text.includes(text),
				5000,
			);
		return message.text;
	}

	async function openForm(): Promise<void> {
		await local.people.as('dana').command('/migrate', 'request shop-production', {channel});
		await local.people.as('dana').waitForView();
	}

	describe('/migrate', () => {
		const table = [
			['help', 'Lockstep takes EF Core migrations to production.'],
			['', 'Nothing waits for you.'],
			['frobnicate <@U0OMAR00001>', 'I do not know `frobnicate`.'],
			['list', 'No migration requests yet.'],
			['list nowhere', 'There is no target “nowhere”. Targets: `shop-production`, `billing`.'],
			['request nowhere', 'There is no target “nowhere”.'],
			['show', 'Say which request'],
			['show MR-99', 'There is no MR-99.'],
			['withdraw MR-12', sentence],
			['withdraw', 'Say which request'],
		] as const;

		test.each(table)('“%s” answers “%s”', async (typed, answer) => {
			await local.people.as('dana').command('/migrate', typed, {channel});
			expect(await heard('dana', answer)).toContain(answer);
		});

		test('answers where the app is no member of the channel', async () => {
			await local.people.as('dana').command('/migrate', 'help', {channel: 'general'});
			const told = await local.people
				.as('dana')
				.waitForMessage('general', (message) => message.text.includes('Lockstep takes EF Core'));
			expect(told.ephemeral).toBe(true);
		});

		test('show renders the request with its buttons', async () => {
			local.fake.record = record();
			await local.people.as('dana').command('/migrate', 'show mr-12', {channel});
			expect(await heard('dana', 'MR-12 is in review')).toContain('MR-12 is in review');
			await local.people.as('dana').click({channel, text: 'Agree with evidence'});
			expect(await heard('dana', sentence)).toContain(sentence);
			expect(local.fake.calls).toEqual([{action: 'agree', ask: {number: 12, person: dana, digest}}]);
		});
	});

	describe('the form', () => {
		const fields = {app: 'shop', version: '2.4.0', summary: 'Adds coupons.'};

		test('opens with target, app and author filled in', async () => {
			await openForm();
			expect(JSON.stringify(await local.people.as('dana').view())).toMatch(
				/"initial_value":"shop".*"initial_user":"U0DANA00001"/u,
			);
		});

		test('an uploaded script is fetched and requested; the window says so', async () => {
			const dana_ = local.people.as('dana');
			await openForm();
			await dana_.fill({...fields, script_file: file});
			const outcome = await dana_.submit();
			expect(outcome.kind).toBe('updated');
			await dana_.waitForView((view) => JSON.stringify(view).includes(sentence));
			expect(local.fake.calls).toEqual([
				{
					action: 'openRequest',
					ask: {
						targets: ['shop-production'],
						app: 'shop',
						version: '2.4.0',
						summary: 'Adds coupons.',
						author: dana,
						requester: dana,
						start: {kind: 'by-hand'},
						script: {name: 'migration.sql', bytes: file.bytes},
						submissionKey: expect.stringMatching(/^V\w+\..+/u),
					},
				},
			]);
		});

		test('pasted text is requested as it is', async () => {
			await openForm();
			await local.people.as('dana').fill({...fields, script_text: ' SELECT 1;\n'});
			await local.people.as('dana').submit();
			await local.people.as('dana').waitForView((view) => JSON.stringify(view).includes(sentence));
			expect(local.fake.calls[0]?.ask).toMatchObject({
				script: {name: 'pasted.sql', bytes: Buffer.from(' SELECT 1;\n')},
			});
		});

		const soon = Math.floor(Date.now() / 1000) + 3600;
		const wrong: readonly [
			string,
			Parameters<ReturnType<typeof local.people.as>['fill']>[0],
			{readonly [field: string]: string},
		][] = [
			['no script', {}, {script_file: 'Upload the script, or paste it below.'}],
			[
				'file and text',
				{script_file: file, script_text: 'SELECT 1'},
				{script_text: 'There is a file as well. Give the file or the text, not both.'},
			],
			[
				'an empty file',
				{script_file: {filename: 'a.sql', bytes: Buffer.alloc(0)}},
				{script_file: 'The file is empty.'},
			],
			['blank version', {script_text: 'x', version: ' '}, {version: 'Name the version that needs this migration.'}],
			[
				'a start at once that is not allowed',
				{script_text: 'x', start: 'at-once'},
				{start: 'shop-production does not allow a start at once. Choose another.'},
			],
			['no time', {script_text: 'x', start: 'at'}, {start_at: 'Choose the time.'}],
			[
				'a time in the past',
				{script_text: 'x', start: 'at', start_at: Math.floor(Date.now() / 1000) - 60},
				{start_at: 'This time is in the past.'},
			],
			[
				'a time for nothing',
				{script_text: 'x', start_at: soon},
				{start_at: 'A time only goes with “At a time, once approved”. Clear it, or choose that.'},
			],
		];

		test.each(wrong)('%s is an error beside its field', async (_name, filled, errors) => {
			await openForm();
			await local.people.as('dana').fill({...fields, ...filled});
			expect(await local.people.as('dana').submit()).toMatchObject({kind: 'errors', errors});
			expect(local.fake.calls).toEqual([]);
		});

		test('a start at a time is handed on in milliseconds', async () => {
			await openForm();
			await local.people.as('dana').fill({...fields, script_text: 'x', start: 'at', start_at: soon});
			await local.people.as('dana').submit();
			await local.people.as('dana').waitForView((view) => JSON.stringify(view).includes(sentence));
			expect(local.fake.calls[0]?.ask).toMatchObject({start: {kind: 'at', at: soon * 1000}});
		});

		test('a refusal stays in the window, and the form comes back as it was filled in', async () => {
			local.fake.answer = () => Promise.resolve(refuse('script-not-ef', 'This is no EF Core script.'));
			await openForm();
			await local.people.as('dana').fill({...fields, script_file: file});
			await local.people.as('dana').submit();
			await local.people.as('dana').waitForView((view) => JSON.stringify(view).includes('This is no EF Core script.'));
			await local.people.as('dana').click({text: 'Back to the form'});
			const form = await local.people
				.as('dana')
				.waitForView((view) => JSON.stringify(view).includes('Request a migration'));
			expect(JSON.stringify(form)).toMatch(/"initial_value":"2.4.0".*"initial_value":"Adds coupons."/u);
			local.fake.answer = () => Promise.resolve({kind: 'done', sentence});
			await local.people.as('dana').fill({script_file: file});
			await local.people.as('dana').submit();
			await local.people.as('dana').waitForView((view) => JSON.stringify(view).includes(sentence));
			const keys = local.fake.calls.map(({ask}) => (ask as {readonly submissionKey: string}).submissionKey);
			expect(new Set(keys).size).toBe(2);
		});

		test('where the window was closed meanwhile, the result comes as a message', async () => {
			let answer: () => void = () => undefined;
			const waiting = new Promise<void>((resolve) => {
				answer = resolve;
			});
			local.fake.answer = async () => {
				await waiting;
				return {kind: 'done', sentence: 'MR-13 is open, told late.'};
			};
			await openForm();
			await local.people.as('dana').fill({...fields, script_file: file});
			await local.people.as('dana').submit();
			await local.people.as('dana').closeView();
			answer();
			expect(await heard('dana', 'MR-13 is open, told late.')).toContain('MR-13 is open, told late.');
		});

		test('a failure tells a reference, which the log has with the error', async () => {
			local.fake.answer = () => Promise.reject(new Error('secret detail of a bug'));
			await openForm();
			await local.people.as('dana').fill({...fields, script_file: file});
			await local.people.as('dana').submit();
			const view = await local.people
				.as('dana')
				.waitForView((shown) => JSON.stringify(shown).includes('mistake in Lockstep'));
			const reference = /reference ([0-9a-f]{8})/u.exec(JSON.stringify(view))?.[1] ?? 'none';
			expect(JSON.stringify(view)).not.toContain('secret detail');
			expect(local.log.lines.join('\n')).toMatch(new RegExp(`${reference}.*secret detail of a bug`, 'u'));
		});

		test('a file that Slack does not hand out is a sentence, not a silence', async () => {
			await local.people.misbehave({kind: 'server_error', method: 'files.info', status: 500});
			await openForm();
			await local.people.as('dana').fill({...fields, script_file: file});
			await local.people.as('dana').submit();
			const view = await local.people
				.as('dana')
				.waitForView((shown) => JSON.stringify(shown).includes('Slack did not answer the file.'));
			expect(JSON.stringify(view)).toContain('try again in a minute');
		});

		test('a submission delivered twice opens one request', async () => {
			await openForm();
			await local.people.as('dana').fill({...fields, script_file: file});
			await local.people.misbehave({kind: 'duplicate_deliveries', times: 1});
			await local.people.as('dana').submit();
			await local.people.as('dana').waitForView((view) => JSON.stringify(view).includes(sentence));
			expect(local.fake.calls).toHaveLength(1);
		});
	});

	describe('buttons that act', () => {
		const table: readonly [string, RequestRecord, string, unknown][] = [
			['Agree with evidence', record(), 'agree', {number: 12, person: dana, digest}],
			['Approve', record({}, {answers: answered()}), 'approve', {number: 12, person: dana, digest, confirmedItems: []}],
			['Find me an approver', record({}, {answers: answered()}), 'findApprover', {number: 12, person: dana, digest}],
			['Run now', record({state: 'approved'}), 'start', {number: 12, person: dana, digest}],
			['Cancel run', record({state: 'running'}), 'cancel', {number: 12, person: dana}],
			['Withdraw', record(), 'withdraw', {number: 12, person: dana}],
		];

		test.each(table)('%s', async (text, shown, action, ask) => {
			const ts = await show(shown);
			await local.people.as('dana').click({channel, ts, text});
			expect(await heard('dana', sentence)).toContain(sentence);
			expect(local.fake.calls).toEqual([{action, ask}]);
		});

		test('a refusal is told to the person who clicked, and to nobody else', async () => {
			local.fake.answer = () => Promise.resolve(refuse('is-author', 'You wrote this script, `ask` <@U0PRIYA0001>.'));
			const ts = await show(record({}, {answers: answered()}));
			await local.people.as('dana').click({channel, ts, text: 'Approve'});
			expect(await heard('dana', '⊘ You wrote this script, `ask` <@U0PRIYA0001>.')).toContain(
				'⊘ You wrote this script, `ask` <@U0PRIYA0001>.',
			);
			const others = await local.people.as('priya').read(channel);
			expect(others.some(({text}) => text.includes('You wrote this script'))).toBe(false);
		});

		test('a click delivered twice acts once', async () => {
			const ts = await show(record());
			await local.people.misbehave({kind: 'duplicate_deliveries', times: 1});
			await local.people.as('dana').click({channel, ts, text: 'Agree with evidence'});
			expect(await heard('dana', sentence)).toContain(sentence);
			expect(local.fake.calls).toHaveLength(1);
		});

		test('a failure is told with what to do', async () => {
			local.fake.answer = () => Promise.reject(new Failure('record-unreachable', 'connection refused'));
			const ts = await show(record());
			await local.people.as('dana').click({channel, ts, text: 'Agree with evidence'});
			expect(await heard('dana', 'Lockstep’s own database cannot be reached')).toContain(
				'Lockstep’s own database cannot be reached',
			);
		});

		test('where an ephemeral is refused, the answer takes another way', async () => {
			local.fake.answer = () => Promise.resolve({kind: 'done', sentence: 'Told another way.'});
			const ts = await show(record());
			await local.people.misbehave({kind: 'slack_error', method: 'chat.postEphemeral', error: 'not_in_channel'});
			await local.people.as('dana').click({channel, ts, text: 'Agree with evidence'});
			expect(await heard('dana', 'Told another way.')).toContain('Told another way.');
		});

		test('unknown and unreadable buttons are answered', async () => {
			const elements = [
				{type: 'button', action_id: 'from_long_ago', text: {type: 'plain_text', text: 'Old'}, value: 'x'},
				{type: 'button', action_id: 'lockstep_agree', text: {type: 'plain_text', text: 'Broken'}, value: 'not json'},
			] as const;
			await local.client.chat.postMessage({
				channel: 'C0DBMIGR001',
				text: 'old',
				blocks: [{type: 'actions', block_id: 'old', elements: [...elements]}],
			});
			await local.people.as('dana').click({channel, text: 'Old'});
			expect(await heard('dana', 'This button is from another version of Lockstep')).toContain(
				'This button is from another version of Lockstep',
			);
			await local.people.as('dana').click({channel, text: 'Broken'});
			expect(await heard('dana', 'This button is from an older version of the message.')).toContain(
				'This button is from an older version of the message.',
			);
			expect(local.fake.calls).toEqual([]);
		});
	});

	describe('buttons that ask for words', () => {
		const doubtful = review({findings: [finding()], destructive: true});
		const blocked = review({
			findings: [finding({rule: 'create-index', severity: 'blocker', item: 'large-index-concurrently'})],
		});
		const failed = record({state: 'failed'}, {runs: [run({outcome: 'failed', report: report({landed: 'nothing'})})]});
		type Filled = Parameters<ReturnType<typeof local.people.as>['fill']>[0];
		const table: readonly [string, RequestRecord, Filled, string, unknown][] = [
			[
				'Answer…',
				record({review: doubtful}, {answers: answered().slice(1)}),
				{verdict: 'not-applicable', reason: ' Unused. '},
				'answer',
				{number: 12, person: dana, digest, item: 'no-destructive-drop', verdict: 'not-applicable', reason: 'Unused.'},
			],
			[
				'Waive…',
				record({review: blocked}, {answers: answered('x')}),
				{reason: 'Night.'},
				'waive',
				{number: 12, person: dana, digest, rule: 'create-index', reason: 'Night.'},
			],
			[
				'Request changes…',
				record(),
				{reason: 'Add a default.'},
				'requestChanges',
				{number: 12, person: dana, reason: 'Add a default.'},
			],
			[
				'Approve…',
				record({review: doubtful}, {answers: answered('x')}),
				{items: ['no-destructive-drop']},
				'approve',
				{number: 12, person: priya, digest, confirmedItems: ['no-destructive-drop']},
			],
			[
				'Allow re-run…',
				failed,
				{reason: 'Fixed.'},
				'decideFailure',
				{number: 12, person: dana, decision: 'rerun', reason: 'Fixed.'},
			],
			[
				'Close…',
				failed,
				{reason: 'Restored.'},
				'decideFailure',
				{number: 12, person: dana, decision: 'close', reason: 'Restored.'},
			],
		];

		test.each(table)('%s', async (text, shown, filled, action, ask) => {
			const name = text === 'Approve…' ? 'priya' : 'dana';
			const person = local.people.as(name);
			const ts = await show(shown);
			await person.click({channel, ts, text});
			await person.waitForView();
			await person.fill(filled);
			expect(await person.submit()).toEqual({kind: 'closed'});
			expect(await heard(name, sentence)).toContain(sentence);
			expect(local.fake.calls).toEqual([{action, ask}]);
		});

		test('New script… sends the bytes', async () => {
			const ts = await show(record({state: 'changes-requested', reason: 'x'}));
			await local.people.as('dana').click({channel, ts, text: 'New script…'});
			await local.people.as('dana').waitForView();
			await local.people.as('dana').fill({script_file: file});
			await local.people.as('dana').submit();
			await local.people.as('dana').waitForView((view) => JSON.stringify(view).includes(sentence));
			expect(local.fake.calls).toEqual([
				{action: 'replaceScript', ask: {number: 12, person: dana, script: {name: 'migration.sql', bytes: file.bytes}}},
			]);
		});

		test('an item that was not ticked is an error in the window', async () => {
			const two = review({findings: [finding(), finding({item: 'not-null-filled', rule: 'x'})]});
			const ts = await show(record({review: two}, {answers: answered('x')}));
			await local.people.as('priya').click({channel, ts, text: 'Approve…'});
			await local.people.as('priya').waitForView();
			await local.people.as('priya').fill({items: ['no-destructive-drop']});
			expect(await local.people.as('priya').submit()).toMatchObject({
				kind: 'errors',
				errors: {items: 'Confirm each item that has a finding, or request changes.'},
			});
		});

		test('the author of the script hears it before the window for approving opens', async () => {
			const ts = await show(record({review: doubtful}, {answers: answered('x')}));
			await local.people.as('dana').click({channel, ts, text: 'Approve…'});
			expect(await heard('dana', 'You wrote this script.')).toContain('You wrote this script.');
			expect(await local.people.as('dana').view()).toBeNull();
			expect(local.fake.calls).toEqual([]);
		});

		test('a message of an older review opens no window', async () => {
			const ts = await show(record());
			local.fake.record = record({reviewDigest: 'e'.repeat(64)});
			await local.people.as('dana').click({channel, ts, text: 'Request changes…'});
			expect(await heard('dana', 'MR-12 has changed since you looked.')).toContain(
				'MR-12 has changed since you looked.',
			);
		});
	});

	test('what Slack sends is acknowledged in under 300 ms, however long the work takes', async () => {
		local.fake.answer = () =>
			new Promise((resolve) => setTimeout(() => resolve({kind: 'done', sentence: 'Slowly.'}), 1500));
		const ts = await show(record());
		const started = Date.now();
		await local.people.as('dana').click({channel, ts, text: 'Agree with evidence'});
		expect(Date.now() - started).toBeLessThan(1000);
		expect(await heard('dana', 'Slowly.')).toContain('Slowly.');
		const slowest = Math.max(...(await local.people.deliveries()).map(({milliseconds}) => milliseconds));
		expect(slowest).toBeLessThan(300);
	});
});
