import {stringify} from 'yaml';

/** What the stage's lockstep.yaml says; secrets go by the environment. */
export interface StageConfig {
	readonly transport: 'socket' | 'http';
	readonly slackPort: number;
	readonly slackApiUrl: string;
	readonly gatePort: number;
	readonly channel: string;
	readonly targets: Readonly<Record<string, StageTarget>>;
	readonly leaseSeconds: number;
	readonly heartbeatSeconds: number;
	readonly reconcileSeconds: number;
	readonly log: string;
	readonly postgresTools: readonly string[];
	readonly scratchDirectory: string;
}

export interface StageTarget {
	readonly host: string;
	readonly port: number;
	readonly database: string;
	readonly backupDirectory: string;
	readonly histories?: readonly {readonly app: string; readonly context: string; readonly table: string}[];
	readonly policy?: Readonly<Record<string, unknown>>;
	readonly apply?: Readonly<Record<string, unknown>>;
	readonly people?: Readonly<Record<string, readonly string[]>>;
	readonly role?: string | null;
	/** The target of the stage before. */
	readonly after?: string;
	/** Tries each script on a copy first, which takes a second or two; false where not said. */
	readonly rehearse?: boolean;
	/** False where not said: a drill restores a backup first. */
	readonly drill?: boolean;
	/** Logs in to apply, instead of shop_migrator. */
	readonly user?: string;
}

const shopHistories = [
	{app: 'shop', context: 'ShopDbContext', table: '"__EFMigrationsHistory"'},
	{app: 'inventory', context: 'InventoryDbContext', table: 'inventory.migration_history'},
];

export function stageYaml(config: StageConfig): string {
	return stringify({
		record: {url: {env: 'LOCKSTEP_RECORD_URL'}},
		redis: {url: {env: 'LOCKSTEP_REDIS_URL'}},
		slack: {
			mode: config.transport,
			botToken: {env: 'SLACK_BOT_TOKEN'},
			appToken: {env: 'SLACK_APP_TOKEN'},
			signingSecret: {env: 'SLACK_SIGNING_SECRET'},
			apiUrl: config.slackApiUrl,
			host: '127.0.0.1',
			port: config.slackPort,
		},
		gate: {host: '127.0.0.1', port: config.gatePort, tokens: [{env: 'LOCKSTEP_GATE_TOKEN'}]},
		worker: {
			pools: ['default'],
			leaseSeconds: config.leaseSeconds,
			heartbeatSeconds: config.heartbeatSeconds,
			postgresTools: config.postgresTools,
			scratchDirectory: config.scratchDirectory,
		},
		log: config.log,
		reconcileSeconds: config.reconcileSeconds,
		targets: Object.fromEntries(
			Object.entries(config.targets).map(([name, target]) => [name, targetYaml(target, config.channel)]),
		),
	});
}

function targetYaml(target: StageTarget, channel: string): object {
	return {
		channel,
		database: {
			host: target.host,
			port: target.port,
			name: target.database,
			apply: {user: target.user ?? 'shop_migrator', password: {env: 'SHOP_APPLY_PASSWORD'}},
			backup: {user: 'shop_backup', password: {env: 'SHOP_BACKUP_PASSWORD'}},
			role: target.role === undefined ? 'shop_owner' : target.role,
		},
		histories: target.histories ?? shopHistories,
		people: {
			approvers: ['S0APPROVER1'],
			waivers: ['S0LEADS0001'],
			leads: ['S0LEADS0001'],
			onCall: ['S0ONCALL001'],
			...target.people,
		},
		...(target.after === undefined ? {} : {after: target.after}),
		...(target.policy === undefined ? {} : {policy: target.policy}),
		...(target.apply === undefined ? {} : {apply: target.apply}),
		backup: {directory: target.backupDirectory, keepDays: 7},
		rehearsal: {enabled: target.rehearse ?? false},
		drill: {enabled: target.drill ?? false},
		restoreRunbook: 'https://wiki.example.com/runbooks/restore-shop',
	};
}
