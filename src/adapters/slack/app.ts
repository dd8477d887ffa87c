import {App, HTTPReceiver, SocketModeReceiver} from '@slack/bolt';
import type {SlackActions} from './actions.ts';
import {downloadFile} from './file-download.ts';
import {createHttpDoor} from './http-door.ts';
import {createDispatch, type Dispatch} from './listeners/dispatch.ts';
import type {SlackLog} from './log.ts';
import {createWorkspaceUrl} from './permalink.ts';
import {boltLogger, clientOptions, type WebClient} from './slack-client.ts';
import {createSocketConnection} from './socket-connection.ts';

/** How Slack reaches Lockstep: over a socket that Lockstep opens, or by signed requests to its port. */
export type SlackTransport =
	| {readonly mode: 'socket'; readonly appToken: string}
	| {readonly mode: 'http'; readonly signingSecret: string; readonly port: number; readonly host: string};

export interface SlackAppOptions {
	readonly transport: SlackTransport;
	readonly client: WebClient;
	readonly botToken: string;
	/** Slack's Web API, such as `https://slack.com/api/`; null for Slack's own. */
	readonly apiUrl: string | null;
	readonly actions: SlackActions;
	readonly log: SlackLog;
	readonly now?: () => number;
}

export interface SlackApp {
	/** Throws Failure slack-refused for a token Slack does not take; while Slack is down it goes on trying. */
	start(): Promise<void>;
	stop(): Promise<void>;
	/** The socket is open, or the port listens. */
	ready(): boolean;
	/** The port of the HTTP door; null in Socket Mode. */
	port(): number | null;
}

export function createSlackApp(options: SlackAppOptions): SlackApp {
	const {transport, client, botToken, apiUrl, actions, log} = options;
	const now = options.now ?? Date.now;
	const dispatch = createDispatch({
		actions,
		client,
		log,
		now,
		workspaceUrl: createWorkspaceUrl(client, log),
		download: (fileId) => downloadFile({client, botToken, apiUrl}, fileId),
	});
	if (transport.mode === 'socket') {
		const receiver = new SocketModeReceiver({
			appToken: transport.appToken,
			logger: boltLogger(log),
			autoReconnectEnabled: false,
			installerOptions: {clientOptions: clientOptions(apiUrl, log)},
		});
		listen(receiver, dispatch, options);
		const connection = createSocketConnection(receiver.client, log);
		return {
			start: () => connection.start(),
			stop: () => connection.stop(),
			ready: () => connection.connected(),
			port: () => null,
		};
	}
	const receiver = new HTTPReceiver({signingSecret: transport.signingSecret, logger: boltLogger(log)});
	listen(receiver, dispatch, options);
	const door = createHttpDoor({receiver, host: transport.host, port: transport.port, now});
	return {
		start: () => door.start(),
		stop: () => door.stop(),
		ready: () => door.port() !== null,
		port: () => door.port(),
	};
}

type Receiver = NonNullable<NonNullable<ConstructorParameters<typeof App>[0]>['receiver']>;

/** Bolt calls every listener that fits, so there is one of each kind, and a table behind it. */
function listen(receiver: Receiver, dispatch: Dispatch, {botToken, apiUrl, log}: SlackAppOptions): void {
	const app = new App({
		receiver,
		// No auth.test before an ack: the token is the only one there is.
		authorize: () => Promise.resolve({botToken}),
		ignoreSelf: false,
		convoStore: false,
		logger: boltLogger(log),
		clientOptions: clientOptions(apiUrl, log),
	});
	app.command(/[\s\S]*/u, async ({body, ack}) => dispatch.command(body, () => ack()));
	app.shortcut(/[\s\S]*/u, async ({body, ack}) => dispatch.shortcut(body, () => ack()));
	app.action(/[\s\S]*/u, async ({body, ack}) => dispatch.click(body, () => ack()));
	app.view({callback_id: /[\s\S]*/u, type: 'view_submission'}, async ({body, ack}) =>
		dispatch.submission(body, {
			close: () => ack(),
			errors: (found) => ack({response_action: 'errors', errors: {...found}}),
			update: (view) => ack({response_action: 'update', view}),
		}),
	);
	// Bolt acknowledges events by itself.
	app.event('app_home_opened', async ({body}) => dispatch.event(body));
	app.error((error) => {
		log.error({err: error}, 'Bolt could not handle what Slack sent');
		return Promise.resolve();
	});
}
