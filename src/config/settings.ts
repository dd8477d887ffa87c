import type {BackupPolicy, Target} from '../domain/target.ts';
import type {Resolver} from './secrets.ts';
import {type LockstepYaml, type SecretSource, weekdays} from './shape.ts';

/** One target's database, and the secrets that reach it: for the worker alone. */
interface TargetLogins {
	readonly database: {
		readonly name: string;
		readonly host: string;
		readonly port: number;
		readonly database: string;
		readonly ssl: {readonly mode: 'require' | 'verify-full'; readonly caFile: string | null} | null;
		readonly role: string | null;
		readonly historyTables: readonly string[];
		readonly quiet: boolean;
	};
	readonly apply: {readonly user: string; readonly password: string};
	readonly backup: {readonly user: string; readonly password: string};
	readonly keeping: BackupKeeping & {readonly recipients: readonly string[]};
}

/** How a target's backups are kept; nothing of both for a directory. */
interface BackupKeeping {
	readonly s3: BucketSettings | null;
	readonly program: BackupProgramSettings | null;
}

interface BackupProgramSettings {
	readonly take: readonly string[];
	readonly available: readonly string[];
	readonly remove: readonly string[] | null;
	readonly restore: string;
	readonly env: Readonly<Record<string, string>>;
	readonly timeoutMs: number;
	readonly pollMs: number;
}

/** A bucket with what opens it. */
interface BucketSettings {
	readonly bucket: string;
	readonly prefix: string;
	readonly region: string;
	readonly endpoint: string | null;
	readonly pathStyle: boolean;
	readonly credentials: {readonly accessKeyId: string; readonly secretAccessKey: string} | null;
}

interface ScratchServerSettings {
	readonly host: string;
	readonly port: number;
	readonly user: string;
	readonly password: string;
	readonly ssl: TargetLogins['database']['ssl'];
}

export interface Configuration {
	readonly targets: ReadonlyMap<string, Target>;
	recordUrl(): string;
	redisUrl(): string;
	slack(): SlackConfiguration;
	/** The Slack token alone: all that a worker needs of Slack. */
	slackToken(): {readonly botToken: string; readonly apiUrl: string | null};
	gate(): {readonly host: string; readonly port: number; readonly tokens: readonly string[]};
	/** Resolves the secrets of the targets of these pools. Only a worker calls this. */
	targetLogins(pools: readonly string[]): readonly TargetLogins[];
	/** Resolves the secret of one target's applying user alone; null where no target is called so. */
	applyLogin(target: string): Pick<TargetLogins, 'database' | 'apply'> | null;
	/** Resolves the secrets that reach a target's backups, and no others. */
	backupKeeping(target: string): BackupKeeping;
	/** Resolves the secrets of the servers for rehearsals. Only a worker calls this. */
	scratchServers(): readonly ScratchServerSettings[];
	readonly worker: LockstepYaml['worker'];
	/** Where lockstep.yaml lies. */
	readonly folder: string;
	readonly log: LockstepYaml['log'];
	readonly reconcileMs: number;
	readonly maxScriptBytes: number;
	/** Every secret resolved so far, for masking. */
	secrets(): readonly string[];
}

export type SlackConfiguration = {readonly botToken: string; readonly apiUrl: string | null} & (
	| {readonly mode: 'socket'; readonly appToken: string}
	| {readonly mode: 'http'; readonly signingSecret: string; readonly host: string; readonly port: number}
);

/** Nothing is resolved before it is asked for: each role touches only the secrets it needs. */
export function toConfiguration(yaml: LockstepYaml, resolver: Resolver, folder: string): Configuration {
	const resolve: Resolve = (source, where) => resolver.resolve(source, where);
	const {slack, gate} = yaml;
	const slackToken = (): {readonly botToken: string; readonly apiUrl: string | null} => ({
		botToken: resolve(slack.botToken, 'slack.botToken'),
		apiUrl: slack.apiUrl,
	});
	return {
		targets: new Map(Object.entries(yaml.targets).map(([name, target]) => [name, toTarget(name, target)])),
		recordUrl: () => resolve(yaml.record.url, 'record.url'),
		redisUrl: () => resolve(yaml.redis.url, 'redis.url'),
		slackToken,
		slack: () => {
			if (slack.mode === 'socket') {
				// The shape's own rule has made sure that it is there.
				return {
					...slackToken(),
					mode: 'socket',
					appToken: slack.appToken === undefined ? '' : resolve(slack.appToken, 'slack.appToken'),
				};
			}
			const signingSecret =
				slack.signingSecret === undefined ? '' : resolve(slack.signingSecret, 'slack.signingSecret');
			return {...slackToken(), mode: 'http', signingSecret, host: slack.host, port: slack.port};
		},
		gate: () => ({
			host: gate.host,
			port: gate.port,
			tokens: gate.tokens.map((token, index) => resolve(token, `gate.tokens.${index}`)),
		}),
		targetLogins: (pools) =>
			Object.entries(yaml.targets)
				.filter(([, {pool}]) => pools.includes(pool))
				.map(([name, target]) => ({
					...toApplyLogin(name, target, resolve),
					backup: toLogin(name, target, 'backup', resolve),
					keeping: {...toKeeping(name, target, resolve), recipients: target.backup.encryptFor},
				})),
		backupKeeping: (name) => {
			const target = Object.hasOwn(yaml.targets, name) ? yaml.targets[name] : undefined;
			return target === undefined ? {s3: null, program: null} : toKeeping(name, target, resolve);
		},
		applyLogin: (name) => {
			const target = Object.hasOwn(yaml.targets, name) ? yaml.targets[name] : undefined;
			return target === undefined ? null : toApplyLogin(name, target, resolve);
		},
		scratchServers: () =>
			yaml.worker.scratchServers.map(({password, ...server}, index) => ({
				...server,
				password: resolve(password, `worker.scratchServers.${index}.password`),
			})),
		worker: yaml.worker,
		folder,
		log: yaml.log,
		reconcileMs: yaml.reconcileSeconds * 1000,
		maxScriptBytes: yaml.maxScriptBytes,
		secrets: () => resolver.resolved(),
	};
}

type Resolve = (source: SecretSource, where: string) => string;

type YamlTarget = LockstepYaml['targets'][string];

function toTarget(name: string, target: YamlTarget): Target {
	const {graceSeconds, lockTimeoutMs, lockAttempts, maxActiveSessions} = target.apply;
	const {largeTableRows, dataChangeRows, severities, workingHours, ...policy} = target.policy;
	return {
		name,
		channel: target.channel,
		pool: target.pool,
		histories: target.histories,
		people: target.people,
		policy: {
			...policy,
			workingHours: {...workingHours, days: workingHours.days.map((day) => weekdays.indexOf(day) + 1)},
			review: {largeTableRows, dataChangeRows, severities},
		},
		backup: toBackupPolicy(target),
		apply: {lockTimeoutMs, lockAttempts, maxActiveSessions, role: target.database.role, graceMs: graceSeconds * 1000},
		verification: {appRoles: [...new Set(target.appRoles)], probes: target.probes, ignore: target.ignore},
		rehearsal: target.rehearsal,
		drill: {
			enabled: target.drill.enabled,
			maxBytes: target.drill.maxGigabytes * 1024 ** 3,
			withinMs: target.drill.withinMinutes * 60_000,
		},
		restoreRunbook: target.restoreRunbook,
		after: target.after,
	};
}

function toBackupPolicy({backup}: YamlTarget): BackupPolicy {
	const {directory, keepDays, required, command, encryptFor, reuseWithinHours} = backup;
	return {
		directory,
		keepDays,
		required,
		program: command?.take[0] ?? null,
		encrypted: encryptFor.length > 0,
		removable: command === null || command.remove !== null,
		reuseWithinMs: reuseWithinHours === null ? null : reuseWithinHours * 3_600_000,
	};
}

function toApplyLogin(name: string, target: YamlTarget, resolve: Resolve): Pick<TargetLogins, 'database' | 'apply'> {
	const {database, histories, apply} = target;
	return {
		database: {
			name,
			host: database.host,
			port: database.port,
			database: database.name,
			ssl: database.ssl,
			role: database.role,
			historyTables: histories.map(({table}) => table),
			quiet: apply.quiet,
		},
		apply: toLogin(name, target, 'apply', resolve),
	};
}

function toLogin(
	name: string,
	{database}: YamlTarget,
	which: 'apply' | 'backup',
	resolve: Resolve,
): {readonly user: string; readonly password: string} {
	return {
		user: database[which].user,
		password: resolve(database[which].password, `targets.${name}.database.${which}.password`),
	};
}

function toKeeping(name: string, target: YamlTarget, resolve: Resolve): BackupKeeping {
	const {command} = target.backup;
	return {
		s3: toBucket(name, target, resolve),
		program:
			command === null
				? null
				: {
						take: command.take,
						available: command.available,
						remove: command.remove,
						restore: command.restore,
						env: Object.fromEntries(
							Object.entries(command.env).map(([variable, source]) => [
								variable,
								resolve(source, `targets.${name}.backup.command.env.${variable}`),
							]),
						),
						timeoutMs: command.timeoutMinutes * 60_000,
						pollMs: command.pollSeconds * 1000,
					},
	};
}

function toBucket(name: string, {backup: {storage}}: YamlTarget, resolve: Resolve): BucketSettings | null {
	if (storage === null) return null;
	const {bucket, prefix, region, endpoint, pathStyle, credentials} = storage;
	const where = `targets.${name}.backup.storage.credentials`;
	return {
		bucket,
		prefix,
		region,
		endpoint,
		pathStyle,
		credentials:
			credentials === null
				? null
				: {
						accessKeyId: resolve(credentials.accessKeyId, `${where}.accessKeyId`),
						secretAccessKey: resolve(credentials.secretAccessKey, `${where}.secretAccessKey`),
					},
	};
}
