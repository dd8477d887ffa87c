import {createServer} from 'node:net';
import {fileURLToPath} from 'node:url';
import {connectToSimulator, type SimulatorClient} from '../../../simulator/client.ts';
import {startSimulator, type Simulator} from '../../../simulator/server.ts';
import type {Done, ScriptUpload, SlackActions} from '../../../src/adapters/slack/actions.ts';
import {createSlackApp, type SlackApp} from '../../../src/adapters/slack/app.ts';
import type {SlackLog} from '../../../src/adapters/slack/log.ts';
import {createSlackClient, type WebClient} from '../../../src/adapters/slack/slack-client.ts';
import type {Refusal} from '../../../src/domain/refusal.ts';
import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import type {Board} from '../../../src/operations/show-board.ts';
import {target} from './request-record.ts';

/** The scopes of the product's own manifest are what the code must get along with. */
const manifestPath = fileURLToPath(new URL('../../../manifest.yml', import.meta.url));

export interface Call {
	readonly action: keyof SlackActions;
	readonly ask: unknown;
}

/** Actions that note what was asked and answer what the test wants. */
export interface FakeActions {
	readonly actions: SlackActions;
	readonly calls: Call[];
	answer: () => Promise<Done | Refusal>;
	record: RequestRecord | null;
	/** What `scriptOf` answers. */
	script: ScriptUpload | null;
	board: () => Promise<Board>;
}

export const emptyBoard: Board = {
	waiting: [],
	running: [],
	asked: [],
	recent: [],
	targets: [],
	readOnly: false,
	rolesUnknown: false,
	unseen: 0,
};

export function fakeActions(
	targets = [target(), target({name: 'billing', policy: {...target().policy, startAtOnceAllowed: true}})],
): FakeActions {
	const calls: Call[] = [];
	const noting = (action: keyof SlackActions) => async (ask: unknown) => {
		calls.push({action, ask});
		return await fake.answer();
	};
	const fake: FakeActions = {
		calls,
		answer: () => Promise.resolve({kind: 'done', sentence: 'MR-12 is done.'}),
		record: null,
		script: null,
		board: () => Promise.resolve(emptyBoard),
		actions: {
			targets: () => targets,
			openRequest: noting('openRequest'),
			replaceScript: noting('replaceScript'),
			agree: noting('agree'),
			answer: noting('answer'),
			approve: noting('approve'),
			requestChanges: noting('requestChanges'),
			waive: noting('waive'),
			start: noting('start'),
			cancel: noting('cancel'),
			withdraw: noting('withdraw'),
			acknowledge: noting('acknowledge'),
			decideFailure: noting('decideFailure'),
			findApprover: noting('findApprover'),
			scriptOf: () => Promise.resolve(fake.script),
			board: async (person) => {
				calls.push({action: 'board', ask: person});
				return await fake.board();
			},
			load: () => Promise.resolve(fake.record),
			list: () => Promise.resolve([]),
		},
	};
	return fake;
}

/** The adapter's log, kept for the test to read. */
export function keptLog(): SlackLog & {readonly lines: string[]} {
	const lines: string[] = [];
	const keep = (level: string) => (fields: {readonly [key: string]: unknown}, message: string) => {
		const error = fields['err'];
		lines.push(`${level} ${message} ${JSON.stringify(fields)} ${error instanceof Error ? error.message : ''}`);
	};
	return {lines, info: keep('info'), warn: keep('warn'), error: keep('error')};
}

export interface LocalSlack {
	readonly slack: Simulator;
	readonly people: SimulatorClient;
	readonly client: WebClient;
	readonly log: ReturnType<typeof keptLog>;
	close(): Promise<void>;
}

/** A local Slack and a client of it. */
export async function startLocalSlack(
	mode: 'socket' | 'http' = 'socket',
): Promise<LocalSlack & {readonly port: number}> {
	const port = await freePort();
	const slack = await startSimulator({
		manifestPath,
		delivery:
			mode === 'socket' ? {mode: 'socket'} : {mode: 'http', requestUrl: `http://127.0.0.1:${port}/slack/events`},
	});
	const log = keptLog();
	const client = createSlackClient({botToken: slack.botToken, apiUrl: slack.apiUrl, log});
	return {slack, port, log, client, people: connectToSimulator(slack.url), close: () => slack.close()};
}

/** The product's Slack app on a local Slack, in either transport. */
export async function startApp(
	mode: 'socket' | 'http',
	targets?: Parameters<typeof fakeActions>[0],
): Promise<LocalSlack & {readonly app: SlackApp; readonly fake: FakeActions; readonly port: number}> {
	const local = await startLocalSlack(mode);
	const {slack, client, log, port} = local;
	const fake = fakeActions(targets);
	const app = createSlackApp({
		transport:
			mode === 'socket'
				? {mode, appToken: slack.appToken}
				: {mode, signingSecret: slack.signingSecret, port, host: '127.0.0.1'},
		client,
		botToken: slack.botToken,
		apiUrl: slack.apiUrl,
		actions: fake.actions,
		log,
	});
	await app.start();
	return {
		...local,
		app,
		fake,
		async close() {
			await app.stop();
			await local.close();
		},
	};
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const address = server.address();
	await new Promise((resolve) => server.close(resolve));
	if (address === null || typeof address === 'string') throw new Error('no port');
	return address.port;
}
