import {readFileSync} from 'node:fs';
import {mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {ConfigError, type Configuration, loadConfig} from '../src/config.ts';

const example = fileURLToPath(new URL('../lockstep.example.yaml', import.meta.url));
const exampleText = readFileSync(example, 'utf8');

let directory: string;
let file: string;

beforeAll(async () => {
	directory = await mkdtemp(path.join(tmpdir(), 'config-'));
	file = path.join(directory, 'lockstep.yaml');
});
afterAll(async () => await rm(directory, {recursive: true}));

/** The example with some of its text replaced, each piece where it stands. */
function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
	return changes.reduce((text, [from, to]) => {
		if (!text.includes(from)) throw new Error(`The example has no ${from}`);
		return text.replace(from, to);
	}, exampleText);
}

function lineOf(text: string, piece: string): number {
	return text.slice(0, text.indexOf(piece)).split('\n').length;
}

async function loaded(text: string, env: Readonly<Record<string, string>> = {}): Promise<Configuration> {
	await writeFile(file, text);
	return await loadConfig(file, env);
}

async function faultsOf(work: Promise<unknown>): Promise<readonly string[]> {
	const error: unknown = await work.then(
		() => null,
		(reason: unknown) => reason,
	);
	if (!(error instanceof ConfigError)) throw new Error(`No ConfigError but ${String(error)}`);
	return error.faults;
}

describe('lockstep.yaml', () => {
	it('loads the example as it stands, and needs no secret for that', async () => {
		const config = await loadConfig(example, {});
		const target = config.targets.get('shop-production');
		expect([...config.targets.keys()]).toEqual(['shop-production']);
		expect(target?.histories).toEqual([{app: 'shop', context: 'ShopContext', table: '"__EFMigrationsHistory"'}]);
		expect(target?.policy.review).toEqual({largeTableRows: 1_000_000, dataChangeRows: 10_000_000, severities: {}});
		expect(target?.backup.keepDays).toBe(7);
		expect(target?.apply).toMatchObject({role: 'shop_owner', graceMs: 300_000, maxActiveSessions: null});
		expect(config.worker.pools).toEqual(['default']);
		expect(config.secrets()).toEqual([]);
	});

	it('names each of five faults with its own line and what to write there', async () => {
		const text = changed(
			['mode: socket', 'mode: sockets'],
			['channel: C0123456789', 'channel: "#db-migrations"'],
			['{env: SHOP_APPLY_PASSWORD}', 'swordfish'],
			['approvers: [S0123456789]', 'approvers: [priya]'],
			['keepDays: 7', 'keepDays: 3'],
		);
		const faults = await faultsOf(loaded(text));
		const expected = [
			['mode: sockets', 'slack.mode is socket or http'],
			['channel: "#db-migrations"', 'copy it from the channel’s details'],
			['password: swordfish', 'write {env: NAME} or {file: /path}'],
			['approvers: [priya]', 'write a Slack user id (U…), a user-group id (S…) or an e-mail address'],
			['keepDays: 3', 'keepDays is at least 7'],
		] as const;
		expect(faults).toHaveLength(expected.length);
		for (const [index, [piece, advice]] of expected.entries()) {
			expect(faults[index]).toMatch(new RegExp(`^${file}:${lineOf(text, piece)}: `, 'u'));
			expect(faults[index]).toContain(advice);
		}
	});

	it('never repeats a secret that was written into it', async () => {
		const faults = await faultsOf(loaded(changed(['{env: SHOP_APPLY_PASSWORD}', 'swordfish'])));
		expect(faults.join('\n')).not.toContain('swordfish');
	});

	it.each<readonly [string, string, string, string]>([
		['a misspelled setting', 'histories:', 'historys:', 'historys'],
		['a setting twice', 'keepDays: 7', 'keepDays: 7\n      keepDays: 8', 'must be unique'],
		['heartbeats too far apart', 'heartbeatSeconds: 5', 'heartbeatSeconds: 20', 'at least three times'],
		['Socket Mode without its token', 'appToken: {env', '# appToken: {env', 'needs appToken'],
		['signed HTTP without its secret', 'mode: socket', 'mode: http', 'needs signingSecret'],
		['nobody who could approve', 'approvers: [S0123456789]', 'approvers: []', 'at least one approver'],
		['a pool with a space', 'pool: default', 'pool: my pool', 'small letters, digits and dashes'],
		['a runbook that is no address', 'restoreRunbook: https://wiki', 'restoreRunbook: wiki', 'restoreRunbook'],
		['a lock timeout of minutes', 'lockTimeoutMs: 500', 'lockTimeoutMs: 600000', 'at most 60,000'],
		['a rule that is none', 'severities: {}', 'severities: {drop-tables: notice}', 'has no rule “drop-tables”'],
		['a rule that nobody may waive', 'severities: {}', 'severities: {server-escape: notice}', 'nobody may waive'],
		['a severity that is none', 'severities: {}', 'severities: {drop-table: off}', 'blocker, warning or notice'],
		['a relative backup directory', 'directory: /var', 'directory: var', 'absolute path'],
	])('says so of %s', async (_what, from, to, advice) => {
		expect((await faultsOf(loaded(changed([from, to])))).join('\n')).toContain(advice);
	});

	it('says where it stops being YAML', async () => {
		const text = changed(['  port: 8080', '  port: 8080: 9090']);
		expect(await faultsOf(loaded(text))).toEqual([
			expect.stringMatching(new RegExp(`^${file}:${lineOf(text, '8080: 9090')}: Nested mappings`, 'u')),
		]);
	});

	it.each([
		['an empty file', ''],
		['a word', 'hello'],
		['a list', '- a\n- b\n'],
		['a NUL byte', '\0'],
	])('is refused as %s', async (_what, text) => {
		expect((await faultsOf(loaded(text))).length).toBeGreaterThan(0);
	});

	it('that is not there is named, with what to copy', async () => {
		const missing = path.join(directory, 'nowhere.yaml');
		expect(await faultsOf(loadConfig(missing, {}))).toEqual([
			`${missing} cannot be read. Copy lockstep.example.yaml, or name another file with --config.`,
		]);
	});
});

describe('secrets', () => {
	it('that the environment lacks are named by variable and place', async () => {
		const config = await loaded(exampleText, {SHOP_APPLY_PASSWORD: ''});
		expect(() => config.targetLogins(['default'])).toThrow(
			'targets.shop-production.database.apply.password: the environment has no SHOP_APPLY_PASSWORD. Set it for this process.',
		);
	});

	it('are read from files without the last line break, and remembered for masking', async () => {
		const secret = path.join(directory, 'apply-password');
		await writeFile(secret, 'from-a-file\n');
		const config = await loaded(changed(['{env: SHOP_APPLY_PASSWORD}', `{file: ${secret}}`]), {
			SHOP_BACKUP_PASSWORD: 'from-the-environment',
		});
		const [login] = config.targetLogins(['default']);
		expect(login?.apply).toEqual({user: 'shop_migrator', password: 'from-a-file'});
		expect(config.secrets()).toEqual(['from-a-file', 'from-the-environment']);
	});

	it('in a file that cannot be read are named by the file', async () => {
		const config = await loaded(changed(['{env: SLACK_BOT_TOKEN}', '{file: /nonexistent/token}']));
		expect(() => config.slackToken()).toThrow('slack.botToken: the file /nonexistent/token cannot be read');
	});

	it('of targets are resolved for a worker’s own pools alone', async () => {
		const config = await loaded(exampleText);
		expect(config.targetLogins(['another-pool'])).toEqual([]);
		expect(config.secrets()).toEqual([]);
	});
});
