import {IANAZone} from 'luxon';
import {z} from 'zod';

import {leastKeepDays} from '../domain/retention.ts';
import {defaultReviewPolicy} from '../domain/review/policy.ts';
import {rehearsalRules} from '../domain/review/rehearsal-rules.ts';
import {rules} from '../domain/review/rules/index.ts';

const text = (what: string): z.ZodString =>
	z.string({error: `${what} is missing or not text.`}).min(1, `${what} is empty.`);

const SecretSource = z.union(
	[z.strictObject({env: text('the variable’s name')}), z.strictObject({file: text('the file’s path')})],
	{
		error: 'write {env: NAME} or {file: /path}: secrets do not stand in this file.',
	},
);

export type SecretSource = z.infer<typeof SecretSource>;

const Port = z.int().min(1, 'a port is 1 to 65535.').max(65_535, 'a port is 1 to 65535.');

const people = (who: string): z.ZodArray<z.ZodString> =>
	z
		.array(
			z
				.string()
				.regex(
					/^([SUW][A-Z0-9]{4,}|[^@\s]+@[^@\s]+)$/,
					'write a Slack user id (U…), a user-group id (S…) or an e-mail address.',
				),
		)
		.min(1, `name at least one ${who}.`);

const History = z.strictObject({
	app: text('app'),
	context: text('context'),
	table: text('table').default('"__EFMigrationsHistory"'),
});

const Login = z.strictObject({user: text('user'), password: SecretSource});

/** In the order of ISO's weekday numbers. */
export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;

const Hour = z.number().min(0, 'an hour is 0 to 24.').max(24, 'an hour is 0 to 24.');

const Ssl = z
	.strictObject({
		mode: z.enum(['require', 'verify-full'], {error: 'ssl.mode is require or verify-full.'}),
		caFile: z.string().nullable().default(null),
	})
	.nullable()
	.default(null);

const Database = z.strictObject({
	host: text('host'),
	port: Port.default(5432),
	name: text('name'),
	ssl: Ssl,
	apply: Login,
	backup: Login,
	role: z.string().min(1).nullable().default(null),
});

/** A rule that nobody may waive cannot be set at all: its findings are blockers for good. */
const Severities = z
	.record(z.string(), z.enum(['blocker', 'warning', 'notice'], {error: 'a severity is blocker, warning or notice.'}))
	.superRefine((severities, context) => {
		for (const id of Object.keys(severities)) {
			const rule = [...rules, ...rehearsalRules].find((known) => known.id === id);
			if (rule?.waivable === true) continue;
			const message =
				rule === undefined
					? `the review has no rule “${id}”; docs/rules.md lists them.`
					: `“${id}” is a rule that nobody may waive, so its severity is not set here either.`;
			context.addIssue({code: 'custom', path: [id], message});
		}
	});

/** When people may be reminded. Escalations know no hours. */
const WorkingHours = z
	.strictObject({
		timeZone: z
			.string()
			.refine((name) => IANAZone.isValidZone(name), 'timeZone is an IANA name such as Europe/Berlin.')
			.default('UTC'),
		days: z
			.array(z.enum(weekdays, {error: `a day is one of ${weekdays.join(', ')}.`}))
			.min(1, 'name at least one working day.')
			.default(['mon', 'tue', 'wed', 'thu', 'fri']),
		from: Hour.default(9),
		to: Hour.default(17),
	})
	.refine(({from, to}) => from < to, 'from is before to: hours from 0 to 24.');

const Policy = z.strictObject({
	requesterMayApprove: z.boolean().default(false),
	startAtOnceAllowed: z.boolean().default(false),
	largeTableRows: z.int().min(1).default(defaultReviewPolicy.largeTableRows),
	dataChangeRows: z.int().min(1).default(defaultReviewPolicy.dataChangeRows),
	severities: Severities.prefault({}),
	approvalHours: z.number().positive('approvalHours is a number of hours above 0.').default(72),
	escalateEveryMinutes: z.number().positive('escalateEveryMinutes is a number of minutes above 0.').default(15),
	approvals: z.union([z.literal(1), z.literal(2)], {error: 'approvals is 1 or 2.'}).default(1),
	onlyVerifiedBytes: z.boolean().default(false),
	/** Working minutes until those who could approve are reminded; null for never. */
	remindAfterMinutes: z
		.number()
		.positive('remindAfterMinutes is a number of minutes above 0, or null for no reminders.')
		.nullable()
		.default(120),
	workingHours: WorkingHours.prefault({}),
});

const Storage = z.strictObject({
	kind: z.literal('s3', {error: 'storage.kind is s3; a directory stands in backup.directory.'}),
	bucket: text('bucket'),
	prefix: z
		.string()
		.regex(/^([^/].*\/)?$/, 'prefix is empty or ends with a slash, such as shop/.')
		.default(''),
	region: text('region').default('us-east-1'),
	endpoint: z.url('storage.endpoint is the address of the server that has the bucket.').nullable().default(null),
	pathStyle: z.boolean().default(false),
	/** Left out where the machine has a role of its own. */
	credentials: z.strictObject({accessKeyId: SecretSource, secretAccessKey: SecretSource}).nullable().default(null),
});

const Argv = z
	.array(z.string())
	.min(1, 'name a program and its arguments, as a list.')
	.refine(([file = '']) => file.startsWith('/'), 'the program is an absolute path: no shell looks for it.');

const WithId = Argv.refine((argv) => argv.some((word) => word.includes('{id}')), 'one argument holds {id}.');

/** For a database that is too large for a dump: a snapshot, say. */
const BackupProgram = z.strictObject({
	take: Argv,
	available: WithId,
	remove: WithId.nullable().default(null),
	restore: text('restore').refine(
		(command) => command.includes('{id}'),
		'restore holds {id}: it is what a person types.',
	),
	env: z.record(z.string(), SecretSource).default({}),
	timeoutMinutes: z.number().positive('timeoutMinutes is a number of minutes above 0.').default(60),
	pollSeconds: z.number().positive('pollSeconds is a number of seconds above 0.').default(15),
});

const BackupSettings = z.strictObject({
	directory: text('directory').regex(/^\//, 'the backup directory is an absolute path.').nullable().default(null),
	storage: Storage.nullable().default(null),
	command: BackupProgram.nullable().default(null),
	/** Requests of the target share a backup that is younger than so many hours; null: each takes its own. */
	reuseWithinHours: z
		.number()
		.positive('reuseWithinHours is a number of hours above 0, or null.')
		.nullable()
		.default(null),
	/** Public keys of age: `age-keygen` makes a pair, whose other half the worker never sees. */
	encryptFor: z.array(z.string().regex(/^age1[a-z0-9]+$/, 'a recipient is a public key of age: age1….')).default([]),
	keepDays: z
		.number()
		.min(leastKeepDays, `keepDays is at least ${leastKeepDays}: the runbook keeps every backup that long.`)
		.default(leastKeepDays),
	/** False for a stage that goes without: the runbook asks for one on production. */
	required: z.boolean().default(true),
});

const Backup = BackupSettings.superRefine(({directory, storage, command, encryptFor, required}, context) => {
	const places = [directory, storage, command].filter((place) => place !== null).length;
	if (places > 1) {
		const message = 'name one of directory, storage and command, not several.';
		context.addIssue({code: 'custom', message});
	}
	if (places === 0 && required) {
		const message =
			'says where backups are kept: name directory, storage for a bucket, or command for a program of yours.';
		context.addIssue({code: 'custom', message});
	}
	if (command !== null && encryptFor.length > 0) {
		const message = 'a program’s backup is its own to encrypt: leave encryptFor out.';
		context.addIssue({code: 'custom', path: ['encryptFor'], message});
	}
});

const Apply = z.strictObject({
	lockTimeoutMs: z
		.int()
		.min(1)
		.max(60_000, 'lockTimeoutMs is at most 60,000: everybody who comes after waits behind it.')
		.default(500),
	lockAttempts: z.int().min(1).max(100).default(10),
	graceSeconds: z.number().min(0).default(300),
	/** psql -q: keep the command tags out of the output that is kept; errors, warnings and notices are there either way. */
	quiet: z.boolean().default(true),
	maxActiveSessions: z.int().min(0).nullable().default(null),
});

/** SQL that must return true after apply. */
const Probe = z.strictObject({
	name: text('a probe’s name').max(80, 'a probe’s name has at most 80 characters.'),
	sql: text('a probe’s sql').regex(
		/^\s*(select|with|values)\b/i,
		'a probe’s sql is one SELECT (or WITH, VALUES), without a comment before it, whose first column is true or false.',
	),
});

const Probes = z.array(Probe).superRefine((probes, context) => {
	for (const [index, {name}] of probes.entries()) {
		if (probes.findIndex((other) => other.name === name) === index) continue;
		context.addIssue({code: 'custom', path: [index, 'name'], message: `two probes are called “${name}”.`});
	}
});

const Rehearsal = z.strictObject({enabled: z.boolean().default(true)});

const Drill = z.strictObject({
	enabled: z.boolean().default(true),
	maxGigabytes: z.number().positive('drill.maxGigabytes is a number above 0.').default(20),
	withinMinutes: z.number().positive('drill.withinMinutes is a number of minutes above 0.').default(60),
});

/** `*` stands for any characters. */
const Ignored = text('a pattern of ignore').regex(
	/[^*.]/,
	'a pattern of ignore names objects, such as reporting.* or public.events_*: it may not match everything.',
);

const Target = z.strictObject({
	channel: text('channel').regex(
		/^[CG][A-Z0-9]{4,}$/,
		'channel is a Slack channel id such as C0123456789: copy it from the channel’s details.',
	),
	pool: text('pool')
		.regex(/^[a-z0-9-]+$/, 'a pool’s name has small letters, digits and dashes.')
		.default('default'),
	database: Database,
	histories: z.array(History).min(1, 'list at least one history table: one per app and context.'),
	people: z.strictObject({
		approvers: people('approver'),
		waivers: z.array(z.string()).default([]),
		leads: people('lead'),
		onCall: people('person or group on call'),
	}),
	policy: Policy.prefault({}),
	backup: Backup,
	apply: Apply.prefault({}),
	/** What a migration adds must be as usable to these roles as what stands beside it. */
	appRoles: z.array(text('a role’s name')).default([]),
	probes: Probes.default([]),
	/** Objects that come and go without Lockstep. */
	ignore: z.array(Ignored).default([]),
	rehearsal: Rehearsal.prefault({}),
	drill: Drill.prefault({}),
	restoreRunbook: z.url('restoreRunbook is the address of the page that says how to restore this target.'),
	/** The target of the stage before. */
	after: z.string().nullable().default(null),
});

const Slack = z
	.strictObject({
		mode: z.enum(['socket', 'http'], {error: 'slack.mode is socket or http.'}).default('socket'),
		botToken: SecretSource,
		appToken: SecretSource.optional(),
		signingSecret: SecretSource.optional(),
		host: z.string().default('0.0.0.0'),
		port: Port.default(3000),
		apiUrl: z.url('slack.apiUrl is an address.').nullable().default(null),
	})
	.refine(
		(slack) => slack.mode !== 'socket' || slack.appToken !== undefined,
		'Socket Mode needs appToken (an app-level token with connections:write).',
	)
	.refine((slack) => slack.mode !== 'http' || slack.signingSecret !== undefined, 'signed HTTP needs signingSecret.');

const Gate = z.strictObject({
	host: z.string().default('0.0.0.0'),
	port: Port.default(8080),
	tokens: z.array(SecretSource).min(1, 'the gate needs at least one bearer token.'),
});

/** A PostgreSQL server for Lockstep alone; the login is a superuser's. It is chosen by its major. */
const ScratchServer = Login.extend({host: text('host'), port: Port.default(5432), ssl: Ssl});

const WorkerSettings = z
	.strictObject({
		pools: z.array(z.string()).min(1).default(['default']),
		leaseSeconds: z.number().min(2).default(30),
		heartbeatSeconds: z.number().min(0.2).default(5),
		/** Folders with PostgreSQL's programs, looked into before the distribution's own. */
		postgresTools: z.array(z.string()).default([]),
		/** Where throw-away servers keep their files; null for one of the user's own under the system's temporary directory. */
		scratchDirectory: z
			.string()
			.regex(/^\//, 'worker.scratchDirectory is an absolute path, and a short one: a socket lies in it.')
			.nullable()
			.default(null),
		/** Where scripts are rehearsed instead, for workers without the programs of a PostgreSQL server. */
		scratchServers: z.array(ScratchServer).default([]),
	})
	.refine(
		(worker) => worker.heartbeatSeconds * 3 <= worker.leaseSeconds,
		'heartbeatSeconds fits at least three times into leaseSeconds, or one lost heartbeat ends a run.',
	);

/** The stages form an order: each stage before is a target, none comes before itself. */
function checkStages(targets: {readonly [name: string]: z.infer<typeof Target>}, context: z.core.$RefinementCtx): void {
	for (const [name, {after, policy}] of Object.entries(targets)) {
		const path = [name, 'after'];
		if (after === null) {
			if (policy.onlyVerifiedBytes) {
				const message = 'onlyVerifiedBytes needs the stage that verifies them: name it in after.';
				context.addIssue({code: 'custom', path: [name, 'policy', 'onlyVerifiedBytes'], message});
			}
		} else if (!Object.hasOwn(targets, after)) {
			const message = `there is no target “${after}” to come before ${name}.`;
			context.addIssue({code: 'custom', path, message});
		} else if (leadsBack(targets, name)) {
			context.addIssue({code: 'custom', path, message: `${name} would have to come before itself.`});
		}
	}
}

function leadsBack(targets: {readonly [name: string]: {readonly after: string | null}}, name: string): boolean {
	const seen = new Set<string>();
	let before = targets[name]?.after ?? null;
	while (before !== null && !seen.has(before)) {
		if (before === name) return true;
		seen.add(before);
		before = targets[before]?.after ?? null;
	}
	return false;
}

interface ServersInUse {
	readonly worker: z.infer<typeof WorkerSettings>;
	readonly targets: {readonly [name: string]: z.infer<typeof Target>};
}

/** A script is tried where nothing can be lost. The worker looks at the server itself, too. */
function checkScratchServers({worker, targets}: ServersInUse, context: z.core.$RefinementCtx): void {
	for (const [index, server] of worker.scratchServers.entries()) {
		const path = ['worker', 'scratchServers', index];
		const target = Object.entries(targets).find(([, {database}]) => isSameServer(database, server))?.[0];
		if (target !== undefined) {
			const message = `this is the server of the target ${target}. A scratch server is for Lockstep alone, and holds nothing.`;
			context.addIssue({code: 'custom', path, message});
		} else if (worker.scratchServers.findIndex((other) => isSameServer(other, server)) !== index) {
			context.addIssue({code: 'custom', path, message: 'this server stands here twice.'});
		}
	}
}

interface Endpoint {
	readonly host: string;
	readonly port: number;
}

function isSameServer(one: Endpoint, other: Endpoint): boolean {
	return one.port === other.port && one.host.toLowerCase() === other.host.toLowerCase();
}

const Whole = z.strictObject({
	record: z.strictObject({url: SecretSource}),
	redis: z.strictObject({url: SecretSource}),
	slack: Slack,
	gate: Gate,
	worker: WorkerSettings.prefault({}),
	log: z
		.enum(['debug', 'info', 'warn', 'error', 'silent'], {error: 'log is debug, info, warn, error or silent.'})
		.default('info'),
	reconcileSeconds: z.number().min(0.2).default(3),
	maxScriptBytes: z.int().min(1).default(10_000_000),
	targets: z
		.record(z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'a target’s name has small letters, digits and dashes.'), Target)
		.refine((targets) => Object.keys(targets).length > 0, 'configure at least one target.')
		.superRefine(checkStages),
});

export const LockstepYaml = Whole.superRefine(checkScratchServers);

export type LockstepYaml = z.infer<typeof LockstepYaml>;
