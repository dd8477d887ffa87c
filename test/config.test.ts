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
		expect(target?.policy).toMatchObject({approvals: 1, onlyVerifiedBytes: false, remindAfterMinutes: 120});
		expect(target?.policy.workingHours).toEqual({timeZone: 'UTC', days: [1, 2, 3, 4, 5], from: 9, to: 17});
		expect(target?.after).toBeNull();
		expect(target?.backup).toMatchObject({keepDays: 7, required: true});
		expect(target?.verification).toEqual({appRoles: [], probes: [], ignore: []});
		expect(target?.drill).toEqual({enabled: true, maxBytes: 20 * 1024 ** 3, withinMs: 3_600_000});
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

	it('takes hours of a place, halves too, and no reminders at all', async () => {
		const config = await loaded(
			changed(
				[
					'{timeZone: UTC, days: [mon, tue, wed, thu, fri], from: 9,',
					'{timeZone: Asia/Kolkata, days: [sun, sat], from: 8.5,',
				],
				['remindAfterMinutes: 120', 'remindAfterMinutes: null'],
			),
		);
		expect(config.targets.get('shop-production')?.policy).toMatchObject({
			remindAfterMinutes: null,
			workingHours: {timeZone: 'Asia/Kolkata', days: [7, 6], from: 8.5, to: 17},
		});
	});

	it('says which roles must be able to use what is new, and what must be true afterwards', async () => {
		const config = await loaded(
			changed(
				['appRoles: []', 'appRoles: [shop_app, "Shop Jobs", shop_app]'],
				['probes: []', "probes: [{name: orders, sql: 'WITH o AS (SELECT 1) SELECT true FROM o'}]"],
			),
		);
		expect(config.targets.get('shop-production')?.verification).toEqual({
			appRoles: ['shop_app', 'Shop Jobs'],
			probes: [{name: 'orders', sql: 'WITH o AS (SELECT 1) SELECT true FROM o'}],
			ignore: [],
		});
	});

	it('drills where nothing else is said, a database of 20 GB for an hour at most', async () => {
		const drill = '    drill: {enabled: true, maxGigabytes: 20, withinMinutes: 60}\n';
		const usual = await loaded(changed([drill, '']));
		expect(usual.targets.get('shop-production')?.drill).toEqual({
			enabled: true,
			maxBytes: 20 * 1024 ** 3,
			withinMs: 3_600_000,
		});
		const other = await loaded(
			changed([drill, '    drill: {enabled: false, maxGigabytes: 0.5, withinMinutes: 1.5}\n']),
		);
		expect(other.targets.get('shop-production')?.drill).toEqual({
			enabled: false,
			maxBytes: 512 * 1024 ** 2,
			withinMs: 90_000,
		});
	});

	it('rehearses where nothing else is said, and takes the severities of what a rehearsal finds', async () => {
		const rehearsal = '    rehearsal: {enabled: true}\n';
		const usual = await loaded(changed([rehearsal, '']));
		expect(usual.targets.get('shop-production')?.rehearsal).toEqual({enabled: true});
		expect(usual.worker.scratchDirectory).toBeNull();
		expect(usual.folder).toBe(directory);
		const without = await loaded(
			changed(
				[rehearsal, '    rehearsal: {enabled: false}\n'],
				['severities: {}', 'severities: {unrehearsed: warning}'],
			),
		);
		expect(without.targets.get('shop-production')).toMatchObject({
			rehearsal: {enabled: false},
			policy: {review: {severities: {unrehearsed: 'warning'}}},
		});
		expect(await faultsOf(loaded(changed(['# scratchDirectory: /run/lockstep', 'scratchDirectory: run'])))).toEqual([
			expect.stringContaining('worker.scratchDirectory is an absolute path'),
		]);
	});

	it('names servers for rehearsals, whose passwords only a worker looks up', async () => {
		const text = changed([
			'  # scratchServers: [{host: scratch.internal.example, user',
			'  scratchServers: [{host: scratch.internal.example, user',
		]);
		const config = await loaded(text, {LOCKSTEP_SCRATCH_PASSWORD: 'swordfish'});
		expect(config.secrets()).toEqual([]);
		expect(config.scratchServers()).toEqual([
			{host: 'scratch.internal.example', port: 5432, user: 'lockstep_scratch', password: 'swordfish', ssl: null},
		]);
		expect(config.secrets()).toEqual(['swordfish']);
		const missing = await loaded(text);
		expect(() => missing.scratchServers()).toThrow(/worker\.scratchServers\.0\.password: .*LOCKSTEP_SCRATCH_PASSWORD/);
	});

	it.each([
		['DB.internal.example', 'this is the server of the target shop-production'],
		['scratch.internal.example, user: a, password: {env: A}}, {host: scratch.internal.example', 'stands here twice'],
	])('takes no server for rehearsals that is a target’s or another’s: %s', async (host, said) => {
		const text = changed(['  # scratchServers: [{host: scratch.internal.example', `  scratchServers: [{host: ${host}`]);
		expect(await faultsOf(loaded(text))).toEqual([expect.stringContaining(said)]);
	});

	describe('keeps backups', () => {
		const directory = 'directory: /var/lib/lockstep/backups/shop';
		const storage = `storage: {kind: s3, bucket: backups, prefix: shop/, endpoint: 'http://minio:9000', pathStyle: true,
        credentials: {accessKeyId: {env: S3_KEY}, secretAccessKey: {env: S3_SECRET}}}`;
		const command = `command: {take: [/opt/snapshot], available: [/opt/state, '{id}'], restore: 'restore {id}', env: {REGION: {env: REGION}}}`;
		const recipient = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';

		it('in a bucket, whose secrets are looked up only for those who reach it', async () => {
			const config = await loaded(changed([directory, storage]), {S3_KEY: 'key-id-1', S3_SECRET: 'swordfish'});
			expect(config.targets.get('shop-production')?.backup).toMatchObject({directory: null, program: null});
			expect(config.secrets()).toEqual([]);
			expect(config.backupKeeping('shop-production').s3).toEqual({
				bucket: 'backups',
				prefix: 'shop/',
				region: 'us-east-1',
				endpoint: 'http://minio:9000',
				pathStyle: true,
				credentials: {accessKeyId: 'key-id-1', secretAccessKey: 'swordfish'},
			});
			expect(config.secrets()).toEqual(['key-id-1', 'swordfish']);
		});

		it('by a program in pg_dump’s place, which approvers hear of', async () => {
			const config = await loaded(changed([directory, command]), {REGION: 'eu-1'});
			expect(config.targets.get('shop-production')?.backup).toMatchObject({
				program: '/opt/snapshot',
				removable: false,
				reuseWithinMs: null,
			});
			expect(config.backupKeeping('shop-production').program).toMatchObject({
				env: {REGION: 'eu-1'},
				timeoutMs: 3_600_000,
				pollMs: 15_000,
				remove: null,
			});
		});

		it('for recipients of age, and shared for some hours', async () => {
			const text = changed([directory, `${directory}\n      encryptFor: [${recipient}]\n      reuseWithinHours: 1.5`]);
			const env = {SHOP_APPLY_PASSWORD: 'apply-pass', SHOP_BACKUP_PASSWORD: 'backup-pass'};
			const config = await loaded(text, env);
			expect(config.targets.get('shop-production')?.backup.reuseWithinMs).toBe(5_400_000);
			expect(config.targetLogins(['default'])[0]?.keeping).toEqual({s3: null, program: null, recipients: [recipient]});
		});

		it.each<readonly [string, string, string]>([
			['in two places', `${directory}\n      ${storage}`, 'not several'],
			['nowhere', 'reuseWithinHours: 1', 'says where backups are kept'],
			['behind half a prefix', storage.replace('shop/', 'shop'), 'ends with a slash'],
			['for a secret key', `${directory}\n      encryptFor: [AGE-SECRET-KEY-1ABC]`, 'a public key of age'],
			['with secrets in the file', storage.replace('{env: S3_SECRET}', 'swordfish'), 'write {env: NAME}'],
			['by a program without its path', command.replace('/opt/snapshot', 'snapshot'), 'an absolute path'],
			['by a program that is not told which', command.replace("'{id}'", 'it'), 'one argument holds {id}'],
			['by a program that encrypts here', `${command}\n      encryptFor: [${recipient}]`, 'leave encryptFor out'],
		])('not %s', async (_what, to, advice) => {
			const faults = (await faultsOf(loaded(changed([directory, to])))).join('\n');
			expect(faults).toContain(advice);
			expect(faults).not.toContain('swordfish');
		});
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
		['three approvals', 'approvals: 1', 'approvals: 3', 'approvals is 1 or 2'],
		['a reminder at once', 'remindAfterMinutes: 120', 'remindAfterMinutes: 0', 'or null for no reminders'],
		['a time zone that is none', 'timeZone: UTC', 'timeZone: Berlin', 'an IANA name such as Europe/Berlin'],
		['a day that is none', '[mon, tue,', '[monday, tue,', 'a day is one of mon, tue'],
		['a week without a working day', 'days: [mon, tue, wed, thu, fri]', 'days: []', 'at least one working day'],
		['hours that end before they begin', 'from: 9, to: 17', 'from: 17, to: 9', 'from is before to'],
		['a stage before that is no target', '# after: shop-staging', 'after: shop-staging', 'no target “shop-staging”'],
		['a stage before itself', '# after: shop-staging', 'after: shop-production', 'before itself'],
		['verified bytes of no stage', 'onlyVerifiedBytes: false', 'onlyVerifiedBytes: true', 'name it in after'],
		['a role without a name', 'appRoles: []', "appRoles: ['']", 'a role’s name is empty'],
		['one role for a list', 'appRoles: []', 'appRoles: shop_app', 'appRoles'],
		['a probe without SQL', 'probes: []', 'probes: [{name: a}]', 'a probe’s sql is missing'],
		['a probe without a name', 'probes: []', 'probes: [{sql: SELECT true}]', 'a probe’s name is missing'],
		['a probe that changes data', 'probes: []', 'probes: [{name: a, sql: DELETE FROM t}]', 'is one SELECT'],
		[
			'two probes of one name',
			'probes: []',
			'probes: [{name: a, sql: SELECT true}, {name: a, sql: SELECT 1 = 1}]',
			'two probes are called “a”',
		],
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
