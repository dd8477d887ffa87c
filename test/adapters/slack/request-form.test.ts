import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from 'vitest';
import {readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {parse} from 'yaml';
import {refuse} from '../../../src/domain/refusal.ts';
import {callbackIds, encode, shortcutIds} from '../../../src/adapters/slack/ids.ts';
import {createDispatch, type Dispatch} from '../../../src/adapters/slack/listeners/dispatch.ts';
import {createMessenger} from '../../../src/adapters/slack/messenger.ts';
import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import {startApp} from './local-slack.ts';
import {dana, record, target} from './request-record.ts';

const channel = 'db-migrations';
const bytes = Buffer.from('\uFEFFSELECT 1;\n');
const sql = (filename = 'migration.sql', content = bytes): {filename: string; bytes: Buffer} => ({
	filename,
	bytes: content,
});
const sentence = 'MR-12 is done.';
const fields = {app: 'shop', version: '2.4.0', summary: 'Adds coupons.'};

const staging = target({name: 'shop-staging', policy: {...target().policy, startAtOnceAllowed: true}});
const production = target({after: 'shop-staging'});
const billing = target({name: 'billing', histories: [{app: 'billing', context: 'B', table: 'h'}]});
const strictStaging = target({name: 'pay-staging'});
const strict = target({name: 'pay-production', after: 'pay-staging'});

const done = (): Promise<void> => Promise.resolve();

describe.each(['socket', 'http'] as const)('the form over %s', (mode) => {
	let local: Awaited<ReturnType<typeof startApp>>;
	/** What the bot is configured with; a test may change it while a form is open. */
	const targets = [staging, production, billing, strictStaging, strict];
	let began = 0;

	beforeAll(async () => {
		local = await startApp(mode, targets);
	});

	beforeEach(() => {
		began = Date.now() / 1000;
		targets.splice(0, targets.length, staging, production, billing, strictStaging, strict);
		local.fake.calls.length = 0;
		local.fake.answer = () => Promise.resolve({kind: 'done', sentence});
		local.fake.record = null;
		local.fake.script = null;
		local.log.lines.length = 0;
	});

	afterEach(async () => {
		await local.people.misbehave({kind: 'none'});
		if ((await person().view()) !== null) await person().closeView();
	});

	afterAll(async () => {
		await local.close();
	});

	const person = (): ReturnType<typeof local.people.as> => local.people.as('dana');

	/** The modal once it says this. */
	async function shows(text: string): Promise<string> {
		const view = await person().waitForView((shown) => JSON.stringify(shown).includes(text), 5000);
		return JSON.stringify(view);
	}

	async function command(typed: string): Promise<void> {
		await person().command('/migrate', typed, {channel});
	}

	/** What only dana was told, in this channel. */
	async function heard(text: string, where = channel): ReturnType<ReturnType<typeof person>['waitForMessage']> {
		return await person().waitForMessage(
			where,
			(message) => message.ephemeral && Number(message.ts) >= began && message.text.includes(text),
			5000,
		);
	}

	/** What Slack never sends here: other payloads, other files. */
	function dispatchWith(download: Parameters<typeof createDispatch>[0]['download']): Dispatch {
		const {fake, client, log} = local;
		return createDispatch({
			actions: fake.actions,
			client,
			log,
			now: Date.now,
			workspaceUrl: () => Promise.resolve(null),
			download,
		});
	}

	async function submitted(): Promise<unknown> {
		const outcome = await person().submit();
		expect(outcome.kind).toBe('updated');
		await shows(sentence);
		expect(local.fake.calls.map(({action}) => action)).toEqual(['openRequest']);
		return local.fake.calls[0]?.ask;
	}

	describe('with stages', () => {
		test('offers each target, and the stages in their order', async () => {
			await command('request');
			const [block] = (await person().waitForView())['blocks'] as readonly [{readonly element: unknown}];
			expect(block.element).toMatchObject({
				option_groups: [
					{
						label: {text: 'One target'},
						options: ['shop-staging', 'shop-production', 'billing', 'pay-staging', 'pay-production'].map((value) => ({
							value,
						})),
					},
					{
						label: {text: 'Stages in order'},
						options: [
							{text: {text: 'shop-staging, then shop-production'}, value: 'shop-staging,shop-production'},
							{value: 'pay-staging,pay-production'},
						],
					},
				],
			});
			expect(block.element).not.toHaveProperty('initial_option');
		});

		test.each(['shop-staging,shop-production', 'shop-staging , shop-production', 'shop-staging,shop-production,'])(
			'typed as “%s” they are chosen, with the app they share, and asked for together',
			async (typed) => {
				await command(`request ${typed}`);
				expect(await shows('"initial_value":"shop"')).toMatch(
					/"initial_option":\{[^{]*\{[^}]*\},"value":"shop-staging,shop-production"/u,
				);
				await person().fill({...fields, script_file: sql()});
				expect(await submitted()).toMatchObject({targets: ['shop-staging', 'shop-production']});
			},
		);

		test('can be chosen in the list', async () => {
			await command('request billing');
			await person().waitForView();
			await person().fill({...fields, target: 'shop-staging,shop-production', script_file: sql()});
			expect(await submitted()).toMatchObject({targets: ['shop-staging', 'shop-production']});
		});

		test.each([
			['shop-production,shop-staging', 'shop-staging comes after no other target in lockstep.yaml'],
			['shop-staging,billing', 'billing comes after no other target in lockstep.yaml'],
			['shop-staging,nowhere', 'There is no target “nowhere”. Targets: `shop-staging`'],
		])('“%s” are none, and the answer says why', async (typed, answer) => {
			await command(`request ${typed}`);
			await heard(answer);
			expect(await person().view()).toBeNull();
		});

		test.each([
			['shop-staging,shop-production', 'shop-production does not allow a start at once. Choose another.'],
			['pay-staging,pay-production', 'pay-staging and pay-production do not allow a start at once. Choose another.'],
		])('a start at once has to be allowed by each of %s', async (chosen, error) => {
			await command(`request ${chosen}`);
			await person().waitForView();
			await person().fill({...fields, script_file: sql(), start: 'at-once'});
			expect(await person().submit()).toMatchObject({kind: 'errors', errors: {start: error}});
		});

		test('one that the configuration lost while the form was open is an error beside the list', async () => {
			await command('request shop-staging,shop-production');
			await person().waitForView();
			await person().fill({...fields, script_file: sql()});
			targets.splice(0, 1);
			expect(await person().submit()).toMatchObject({
				kind: 'errors',
				errors: {
					target: expect.stringMatching(/^There is no target “shop-staging”\. Targets: shop-production, billing/u),
				},
			});
			expect(local.fake.calls).toEqual([]);
		});

		test('too long for a list of Slack’s are asked for one by one', async () => {
			const long = target({name: `staging-${'x'.repeat(60)}`});
			targets.push(long, target({name: 'after-long', after: long.name}));
			await command(`request ${long.name},after-long`);
			await heard(
				`These stages are too long a choice for a list of Slack’s. Request them one by one, \`${long.name}\` first.`,
			);
			await command('request');
			const view = await shows('after-long');
			expect(view).not.toContain(`${long.name},after-long`);
		});

		test('any of 450 targets can be typed and asked for', async () => {
			targets.push(...Array.from({length: 445}, (_, index) => target({name: `shop-${index}`})));
			await command('request shop-444');
			expect(await shows('One target (101 to 200)')).toContain('"value":"shop-444"');
			await person().fill({...fields, script_file: sql()});
			expect(await submitted()).toMatchObject({targets: ['shop-444']});
		});
	});

	describe('opened by a shortcut', () => {
		test('from anywhere is empty, and the answer that no window shows is a direct message', async () => {
			await person().shortcut(shortcutIds.global);
			expect(await shows('Request a migration')).not.toContain('script-source');
			await person().fill({...fields, target: 'shop-production', script_file: sql()});
			const late = `MR-13 is open (${mode}).`;
			let answer: () => void = () => undefined;
			const waiting = new Promise<void>((resolve) => {
				answer = resolve;
			});
			local.fake.answer = async () => {
				await waiting;
				return {kind: 'done', sentence: late};
			};
			await person().submit();
			await person().closeView();
			answer();
			await expect
				.poll(async () => (await person().directMessages()).some(({text}) => text.includes(late)), {timeout: 5000})
				.toBe(true);
		});

		test('delivered twice opens once', async () => {
			const before = await opened();
			await local.people.misbehave({kind: 'duplicate_deliveries', times: 1});
			await person().shortcut(shortcutIds.global);
			await shows('Request a migration');
			// A command after it is worked on after it.
			await command('request nowhere');
			await heard('There is no target “nowhere”.');
			expect((await opened()) - before).toBe(1);
		});

		async function opened(): Promise<number> {
			return (await local.people.calls()).filter(({method}) => method === 'views.open').length;
		}

		test('on a message with a script asks for that script, without an upload', async () => {
			const ts = await person().say(channel, 'For tonight', {files: [sql('Add <!channel> `Coupons`.SQL')]});
			await person().shortcut(shortcutIds.message, {channel, ts});
			const form = await shows('the file from the message');
			expect(form).toContain('*Script:* `Add &lt;!channel&gt; ˋCouponsˋ.SQL`, the file from the message');
			expect(form).toContain('Another file instead (.sql)');
			await person().fill({...fields, target: 'shop-production'});
			expect(await submitted()).toMatchObject({script: {name: 'Add <!channel> `Coupons`.SQL', bytes}, requester: dana});
		});

		test('takes the first of several scripts, and says so', async () => {
			const files = [{filename: 'notes.txt', bytes}, sql('one.sql', Buffer.from('one')), sql('two.sql')];
			const ts = await person().say(channel, 'Two', {files});
			await person().shortcut(shortcutIds.message, {channel, ts});
			expect(await shows('one.sql')).toContain('`one.sql`, the first of the 2 .sql files in the message');
			await person().fill({...fields, target: 'shop-production'});
			expect(await submitted()).toMatchObject({script: {name: 'one.sql', bytes: Buffer.from('one')}});
		});

		test('works on a reply in a thread, where it also answers', async () => {
			const parent = await person().say(channel, 'A thread');
			const ts = await person().say(channel, 'A script', {threadTs: parent, files: [sql('reply.sql')]});
			await person().shortcut(shortcutIds.message, {channel, ts});
			await shows('`reply.sql`, the file from the message');
			await person().closeView();
			const bare = await person().say(channel, 'No script', {threadTs: parent});
			await person().shortcut(shortcutIds.message, {channel, ts: bare});
			expect(await heard('This message has no .sql file.')).toMatchObject({threadTs: parent});
		});

		test('works in the direct messages with the app', async () => {
			const ts = await person().say('app', 'Here', {files: [sql('direct.sql')]});
			await person().shortcut(shortcutIds.message, {channel: 'app', ts});
			await shows('`direct.sql`, the file from the message');
			await person().fill({...fields, target: 'shop-production'});
			expect(await submitted()).toMatchObject({script: {name: 'direct.sql', bytes}});
		});

		test.each([
			['no file', channel, []],
			['a file of another kind', channel, [{filename: 'migration.sql.txt', bytes}]],
			['no file, where the app is no member', 'general', []],
		])('on a message with %s says what to do', async (_name, where, files) => {
			const ts = await person().say(where, 'Look', {files});
			await person().shortcut(shortcutIds.message, {channel: where, ts});
			await heard(
				'⊘ This message has no .sql file. Upload the script that `dotnet ef migrations script --idempotent` wrote, or use `/migrate request`.',
				where,
			);
			expect(await person().view()).toBeNull();
		});

		test('that this version does not know is answered, and one that cannot be read is in the log', async () => {
			const dispatch = dispatchWith(() => Promise.reject(new Error('nothing to download')));
			let acknowledged = 0;
			const ack = (): Promise<void> => {
				acknowledged += 1;
				return Promise.resolve();
			};
			const body = {
				callback_id: 'from_long_ago',
				user: {id: dana},
				trigger_id: `${mode}.1`,
				channel: {id: 'C0DBMIGR001'},
			};
			await dispatch.shortcut(body, ack);
			await heard('This shortcut is from another version of Lockstep');
			await dispatch.shortcut({callback_id: 7}, ack);
			expect(local.log.lines.join('\n')).toContain('Slack sent a shortcut that Lockstep cannot read');
			expect(acknowledged).toBe(2);
		});
	});

	describe('with a script from a message', () => {
		async function openWith(where = channel, file = sql()): Promise<void> {
			const ts = await person().say(where, 'Script', {files: [file]});
			await person().shortcut(shortcutIds.message, {channel: where, ts});
			await shows('the file from the message');
			await person().fill({...fields, target: 'shop-production'});
		}

		test('an upload takes its place', async () => {
			await openWith();
			await person().fill({script_file: sql('other.sql', Buffer.from('other'))});
			expect(await submitted()).toMatchObject({script: {name: 'other.sql', bytes: Buffer.from('other')}});
		});

		test('text takes its place', async () => {
			await openWith();
			await person().fill({script_text: 'SELECT 2;'});
			expect(await submitted()).toMatchObject({script: {name: 'pasted.sql', bytes: Buffer.from('SELECT 2;')}});
		});

		test('an upload is still checked', async () => {
			await openWith();
			await person().fill({script_file: sql('a.sql', Buffer.alloc(0))});
			expect(await person().submit()).toMatchObject({kind: 'errors', errors: {script_file: 'The file is empty.'}});
			await person().fill({script_file: sql(), script_text: 'x'});
			expect(await person().submit()).toMatchObject({kind: 'errors', errors: {script_text: expect.any(String)}});
		});

		test('that is empty is refused', async () => {
			await openWith(channel, sql('empty.sql', Buffer.alloc(0)));
			await person().submit();
			await shows('⊘ `empty.sql` is empty.');
			expect(local.fake.calls).toEqual([]);
		});

		test('that was deleted since is told', async () => {
			await openWith();
			await local.people.misbehave({kind: 'slack_error', method: 'files.info', error: 'file_deleted'});
			await person().submit();
			const view = await shows('Lockstep cannot see migration.sql');
			expect(view).toContain('it was deleted, or it stands in a conversation that the app is not in');
			expect(local.fake.calls).toEqual([]);
		});

		test('that stands where the app is no member is told, and can be uploaded instead', async () => {
			await openWith('general', sql('elsewhere.sql'));
			await person().submit();
			await shows('Lockstep cannot see elsewhere.sql');
			await person().click({text: 'Back to the form'});
			await shows('`elsewhere.sql`, the file from the message');
			await person().fill({script_file: sql('here.sql')});
			expect(await submitted()).toMatchObject({script: {name: 'here.sql', bytes}, version: '2.4.0'});
		});

		test('that was renamed since, to another kind of file, is refused', async () => {
			const dispatch = dispatchWith(() => Promise.resolve({name: 'migration.txt', bytes}));
			const given: {readonly [block: string]: unknown} = {
				target: {selected_option: {value: 'shop-production'}},
				app: {value: 'shop'},
				version: {value: '1'},
				summary: {value: 'x'},
			};
			const values = Object.fromEntries(Object.entries(given).map(([block, state]) => [block, {value: state}]));
			const source = {kind: 'file', id: 'F1', name: 'migration.sql'} as const;
			const view = {
				id: 'V0GONE',
				hash: mode,
				callback_id: callbackIds.request,
				private_metadata: encode({channel: 'C0DBMIGR001', source}),
				state: {values},
			};
			const ack = {close: done, errors: done, update: done};
			await dispatch.submission({user: {id: dana}, view}, ack);
			await heard('⊘ `migration.txt` is no script: The file’s name must end in .sql.');
			expect(local.fake.calls).toEqual([]);
		});

		test('any other failure of Slack’s stays what it is', async () => {
			await openWith();
			await local.people.misbehave({kind: 'server_error', method: 'files.info', status: 500});
			await person().submit();
			expect(await shows('Slack did not answer the file.')).toContain('try again in a minute');
		});

		test('a refusal keeps it', async () => {
			local.fake.answer = () => Promise.resolve(refuse('script-not-ef', 'This is no EF Core script.'));
			await openWith();
			await person().submit();
			expect(await shows('This is no EF Core script.')).toContain('Go back and change what is needed.');
			await person().click({text: 'Back to the form'});
			await shows('`migration.sql`, the file from the message');
			local.fake.calls.length = 0;
			local.fake.answer = () => Promise.resolve({kind: 'done', sentence});
			expect(await submitted()).toMatchObject({script: {name: 'migration.sql', bytes}, targets: ['shop-production']});
		});
	});

	describe('opened by “Request again…”', () => {
		const ended = {state: 'withdrawn', author: 'U0PRIYA0001', version: '3.1.0', summary: 'Adds an index.'} as const;

		async function again(shown: RequestRecord, now: RequestRecord | null = shown): Promise<void> {
			local.fake.record = shown;
			const messenger = createMessenger({
				client: local.client,
				targets: new Map([['shop-production', production]]),
				scriptBytes: () => Promise.resolve(null),
				statements: () => Promise.resolve([]),
			});
			const ts = await messenger.post(
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
			local.fake.record = now;
			await person().click({channel, ts, text: 'Request again…'});
		}

		test.each(['withdrawn', 'rejected', 'closed', 'failed'] as const)(
			'a request that is %s is asked for once more as it was',
			async (state) => {
				local.fake.script = {name: 'coupons.sql', bytes};
				await again(record({...ended, state, scriptName: 'coupons.sql'}));
				expect(await shows('the one of MR-12')).toContain('*Script:* the one of MR-12, `coupons.sql`');
				expect(await submitted()).toEqual({
					targets: ['shop-production'],
					app: 'shop',
					version: '3.1.0',
					summary: 'Adds an index.',
					author: 'U0PRIYA0001',
					requester: dana,
					start: {kind: 'by-hand'},
					script: {name: 'coupons.sql', bytes},
					submissionKey: expect.any(String),
				});
			},
		);

		test('keeps the stages, and another file wins', async () => {
			const stages = ['shop-staging', 'shop-production'].map((name, index) => ({
				number: 11 + index,
				target: name,
				state: 'withdrawn' as const,
				scriptSha256: 'a',
			}));
			await again(record(ended, {stages}));
			await shows('the one of MR-12');
			await person().fill({script_file: sql('fixed.sql')});
			expect(await submitted()).toMatchObject({
				targets: ['shop-staging', 'shop-production'],
				script: {name: 'fixed.sql', bytes},
			});
		});

		test('of stages that are none any more keeps its own target; of a target that is gone, none', async () => {
			const stages = [
				{number: 11, target: 'billing', state: 'withdrawn', scriptSha256: 'a'},
				{number: 12, target: 'shop-production', state: 'withdrawn', scriptSha256: 'a'},
			] as const;
			await again(record(ended, {stages}));
			expect(await shows('the one of MR-12')).toMatch(/"initial_option":\{[^{]*\{[^}]*\},"value":"shop-production"/u);
			await person().closeView();
			await again(record(ended), record({...ended, target: 'gone'}));
			expect(await shows('the one of MR-12')).not.toMatch(
				/"initial_option":\{[^{]*\{[^}]*\},"value":"(?:gone|shop|billing)/u,
			);
			expect(await person().submit()).toMatchObject({
				kind: 'errors',
				by: 'slack',
				errors: {target: expect.any(String)},
			});
		});

		test('keeps a start that is to come, and drops one that has passed', async () => {
			const at = (Math.floor(Date.now() / 1000) + 3600) * 1000;
			await again(record({...ended, start: {kind: 'at', at}}));
			await shows('the one of MR-12');
			local.fake.script = {name: 'migration.sql', bytes};
			expect(await submitted()).toMatchObject({start: {kind: 'at', at}});
			await person().closeView();
			local.fake.calls.length = 0;
			await again(record({...ended, start: {kind: 'at', at: Date.now() - 1000}}));
			await shows('the one of MR-12');
			expect(await submitted()).toMatchObject({start: {kind: 'by-hand'}});
		});

		test('does not mind a newer review than the one that was seen', async () => {
			await again(
				record({...ended, state: 'failed'}),
				record({...ended, state: 'failed', reviewDigest: 'e'.repeat(64)}),
			);
			expect(await shows('the one of MR-12')).toContain('Request a migration');
		});

		test('says so where the record has no such script, and the form keeps what was filled in', async () => {
			await again(record(ended));
			await shows('the one of MR-12');
			await person().submit();
			await shows('The record has no script of MR-12. Upload it in the form instead.');
			await person().click({text: 'Back to the form'});
			expect(await shows('the one of MR-12')).toContain('"initial_value":"3.1.0"');
			expect(local.fake.calls).toEqual([]);
		});

		test('says so where there is no such request', async () => {
			await again(record(ended), null);
			await heard('There is no MR-12.');
			expect(await person().view()).toBeNull();
		});
	});
});

test('the manifest has the shortcuts that the code knows', () => {
	const path = fileURLToPath(new URL('../../../manifest.yml', import.meta.url));
	const {features} = parse(readFileSync(path, 'utf8')) as {
		readonly features: {
			readonly shortcuts: readonly {readonly type: 'global' | 'message'; readonly callback_id: string}[];
		};
	};
	expect(Object.fromEntries(features.shortcuts.map(({type, callback_id: id}) => [type, id]))).toEqual(shortcutIds);
});
