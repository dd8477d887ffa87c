import {createServer} from 'node:net';
import {fileURLToPath} from 'node:url';
import {App, HTTPReceiver, LogLevel, SocketModeReceiver} from '@slack/bolt';
import type {App as BoltApp} from '@slack/bolt';
import {connectToSimulator} from '../../simulator/client.ts';
import type {SimulatorClient} from '../../simulator/client.ts';
import {startSimulator} from '../../simulator/server.ts';
import type {Simulator, SimulatorOptions} from '../../simulator/server.ts';

/** A simulator, a client of it, and a real Bolt app; `close` ends all of them. */
export type RunningApp = {
	readonly slack: Simulator;
	readonly client: SimulatorClient;
	readonly app: BoltApp;
	/** Where the app takes signed HTTP. */
	readonly requestUrl: string;
	readonly close: () => Promise<void>;
};

type Start = Partial<Omit<SimulatorOptions, 'delivery'>> & {
	readonly listen: (app: BoltApp) => void;
};

export const manifestPath = fileURLToPath(new URL('./manifest.yml', import.meta.url));
export const narrowManifestPath = fileURLToPath(new URL('./narrow-manifest.yml', import.meta.url));

/** Calls are tried once, so that a test sees the first answer. */
export const once = {retries: 0} as const;

/** A Bolt app over Socket Mode. */
export async function startSocketApp({listen, ...options}: Start): Promise<RunningApp> {
	const slack = await startSimulator({manifestPath, ...options, delivery: {mode: 'socket'}});
	const receiver = new SocketModeReceiver({
		appToken: slack.appToken,
		installerOptions: {clientOptions: {slackApiUrl: slack.apiUrl}},
		logLevel: LogLevel.ERROR,
		// The wait before a reconnect.
		clientPingTimeout: 300,
	});
	return run(slack, receiver, listen, 0);
}

/** A Bolt app over signed HTTP. */
export async function startHttpApp({listen, ...options}: Start): Promise<RunningApp> {
	const port = await freePort();
	const requestUrl = requestUrlOf(port);
	const slack = await startSimulator({
		manifestPath,
		...options,
		delivery: {mode: 'http', requestUrl},
	});
	const receiver = new HTTPReceiver({
		signingSecret: slack.signingSecret,
		logLevel: LogLevel.ERROR,
	});
	return run(slack, receiver, listen, port);
}

async function run(
	slack: Simulator,
	receiver: InstanceType<typeof SocketModeReceiver> | InstanceType<typeof HTTPReceiver>,
	listen: (app: BoltApp) => void,
	port: number,
): Promise<RunningApp> {
	const app = new App({
		token: slack.botToken,
		receiver,
		logLevel: LogLevel.ERROR,
		clientOptions: {slackApiUrl: slack.apiUrl, retryConfig: once, rejectRateLimitedCalls: true},
	});
	listen(app);
	await app.start(port);
	return {
		slack,
		client: connectToSimulator(slack.url),
		app,
		requestUrl: requestUrlOf(port),
		async close() {
			await app.stop();
			await slack.close();
		},
	};
}

function requestUrlOf(port: number): string {
	return `http://127.0.0.1:${port}/slack/events`;
}

async function freePort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	const address = server.address();
	await new Promise((resolve) => {
		server.close(resolve);
	});
	if (address === null || typeof address === 'string') throw new Error('There is no free port.');
	return address.port;
}
