import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import path from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import {fileURLToPath} from 'node:url';

import {connectToSimulator, type SimulatorClient} from '../../simulator/client.ts';
import {type Simulator, startSimulator} from '../../simulator/server.ts';
import {freePort, type LocalPostgres, type LocalRedis, startPostgres, startRedis} from '../local-servers.ts';
import {
	createThrowAwayDirectory,
	removeThrowAwayDirectory,
	startThrowAwayProcess,
	type ThrowAwayProcess,
} from '../throw-away.ts';
import {type StageTarget, stageYaml} from './config.ts';
import {createShopDatabase, createShopRoles, run} from './shop-database.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
/** On a machine that has much else to do. */
const readyTimeoutMs = 60_000;

export interface StageOptions {
	readonly transport: 'socket' | 'http';
	/** Targets by name, over the one `shop-production`. */
	readonly targets?: Readonly<Record<string, Partial<StageTarget>>>;
	/** Fills the shop with its seed: a table of over a million rows. */
	readonly rows?: boolean;
	readonly leaseSeconds?: number;
	readonly heartbeatSeconds?: number;
	readonly workers?: number;
	/** The roles' `bin/lockstep`; the checkout's where not said. */
	readonly program?: string;
}

/** A process of Lockstep's: a role by its command line, in a directory of its own. */
export interface RoleProcess {
	readonly process: ThrowAwayProcess;
	log(): Promise<string>;
}

/** All parts of the main job on this machine: production, record, Redis, a local Slack, bot and workers. */
export interface Stage {
	readonly postgres: LocalPostgres;
	readonly redis: LocalRedis;
	readonly simulator: Simulator;
	readonly slack: SimulatorClient;
	readonly recordUrl: string;
	readonly gateUrl: string;
	readonly gateToken: string;
	readonly backupDirectory: string;
	readonly channel: string;
	readonly bot: RoleProcess;
	/** Those started and not yet known to have ended. */
	readonly workers: RoleProcess[];
	startWorker(): Promise<RoleProcess>;
	stop(): Promise<void>;
}

/** Starts everything on free ports, in temporary directories. Ends and removes what it started when a part fails. */
export async function startStage(options: StageOptions): Promise<Stage> {
	const directory = createThrowAwayDirectory('stage');
	const [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
	const logins = await createShopRoles(postgres);
	await createShopDatabase(postgres, 'shop', options.rows ?? false);
	await createRecord(postgres);
	const [slackPort, gatePort] = [await freePort(), await freePort()];
	const simulator = await startSimulator({
		manifestPath: path.join(root, 'manifest.yml'),
		delivery:
			options.transport === 'socket'
				? {mode: 'socket'}
				: {mode: 'http', requestUrl: `http://127.0.0.1:${slackPort}/slack/events`},
	});
	const slack = connectToSimulator(simulator.url);
	const channel = (await slack.channel('#db-migrations')).id;
	const backupDirectory = path.join(directory, 'backups');
	const shop = {host: postgres.host, port: postgres.port, database: 'shop', backupDirectory};
	// Outside of the stage's own directory, which holds backups and configuration, and short enough for a socket.
	const scratchDirectory = await mkdtemp('/tmp/lockstep-');
	await chmod(scratchDirectory, 0o711);
	const yaml = stageYaml({
		transport: options.transport,
		slackPort,
		slackApiUrl: simulator.apiUrl,
		gatePort,
		channel,
		targets: Object.fromEntries(
			Object.entries(options.targets ?? {'shop-production': {}}).map(([name, target]) => [name, {...shop, ...target}]),
		),
		leaseSeconds: options.leaseSeconds ?? 6,
		heartbeatSeconds: options.heartbeatSeconds ?? 1,
		reconcileSeconds: 0.5,
		log: 'info',
		postgresTools: [postgres.binDirectory],
		scratchDirectory,
	});
	const configFile = path.join(directory, 'lockstep.yaml');
	await writeFile(configFile, yaml);
	const gateToken = 'gate-token-for-the-stage';
	const common = {
		PATH: process.env['PATH'],
		LD_LIBRARY_PATH: process.env['LD_LIBRARY_PATH'],
		TMPDIR: process.env['TMPDIR'],
		LOCKSTEP_RECORD_URL: postgres.url('lockstep'),
		LOCKSTEP_REDIS_URL: redis.url(),
		SLACK_BOT_TOKEN: simulator.botToken,
	};
	const botOnly = {
		SLACK_APP_TOKEN: simulator.appToken,
		SLACK_SIGNING_SECRET: simulator.signingSecret,
		LOCKSTEP_GATE_TOKEN: gateToken,
	};
	const workerOnly = {SHOP_APPLY_PASSWORD: logins.apply.password, SHOP_BACKUP_PASSWORD: logins.backup.password};
	let started = 0;

	async function startRole(role: 'bot' | 'worker', environment: NodeJS.ProcessEnv): Promise<RoleProcess> {
		const logFile = path.join(directory, `${role}-${++started}.log`);
		const child = startThrowAwayProcess({
			program: process.execPath,
			args: [options.program ?? path.join(root, 'bin/lockstep'), 'start', role, '--config', configFile],
			directory,
			logFile,
			deathSignal: 'SIGKILL',
			environment,
		});
		const log = async (): Promise<string> => await readFile(logFile, 'utf8');
		await waitForReady(child, log, `${role} ready`);
		return {process: child, log};
	}

	const workers: RoleProcess[] = [];
	async function startWorker(): Promise<RoleProcess> {
		const worker = await startRole('worker', {...common, ...workerOnly});
		workers.push(worker);
		return worker;
	}

	const [bot] = await Promise.all([
		startRole('bot', {...common, ...botOnly}),
		...Array.from({length: options.workers ?? 1}, async () => await startWorker()),
	]);
	if (options.transport === 'socket') await slack.waitForConnections(1);
	return {
		postgres,
		redis,
		simulator,
		slack,
		recordUrl: postgres.url('lockstep'),
		gateUrl: `http://127.0.0.1:${gatePort}`,
		gateToken,
		backupDirectory,
		channel,
		bot,
		workers,
		startWorker,
		stop: async () => {
			await Promise.all([bot, ...workers].map(async ({process: role}) => await endRole(role)));
			await simulator.close();
			await Promise.all([postgres.stop(), redis.stop()]);
			await rm(scratchDirectory, {recursive: true, force: true});
			removeThrowAwayDirectory(directory);
		},
	};
}

async function createRecord(postgres: LocalPostgres): Promise<void> {
	await run(postgres, 'postgres', ['CREATE DATABASE lockstep']);
}

async function waitForReady(child: ThrowAwayProcess, log: () => Promise<string>, words: string): Promise<void> {
	const deadline = Date.now() + readyTimeoutMs;
	while (!(await log()).includes(words)) {
		if (child.hasEnded() || Date.now() > deadline) throw new Error(`“${words}” was never said:\n${await log()}`);
		await sleep(50);
	}
}

/** Politely; a role that does not end within ten seconds is ended. */
async function endRole(role: ThrowAwayProcess): Promise<void> {
	if (role.hasEnded()) return;
	const impatient = setTimeout(() => process.kill(role.pid, 'SIGKILL'), 10_000);
	await role.end('SIGTERM');
	clearTimeout(impatient);
}
