import {randomBytes} from 'node:crypto';
import formbody from '@fastify/formbody';
import multipart from '@fastify/multipart';
import fastify from 'fastify';
import type {FastifyInstance} from 'fastify';
import {ZodError} from 'zod';
import {addApiRoutes} from './api/routes.ts';
import {addFileRoutes} from './api/file-routes.ts';
import {defaultWorkspace} from './default-workspace.ts';
import {deliverNoted} from './delivery/deliver.ts';
import {addResponseUrlRoutes} from './delivery/response-url.ts';
import {deliverOverHttp} from './delivery/signed-http.ts';
import {startSocketMode} from './delivery/socket-mode.ts';
import {addLocalRoutes} from './local/routes.ts';
import {makeLog} from './log.ts';
import {readManifest} from './manifest.ts';
import {calmMood} from './misbehaviour.ts';
import {addPageRoutes} from './page-routes.ts';
import type {DeliveryMode, Simulation} from './simulation.ts';
import {ImpossibleInput} from './state/element-state.ts';
import {makeSlack} from './state/slack.ts';
import type {Timings} from './timings.ts';
import {Workspace} from './workspace.ts';

/** A file_input takes up to 10 MB a file; uploads to a channel may be larger, up to this here. */
const BODY_LIMIT = 128 * 1024 * 1024;

export type SimulatorOptions = {
	/** 0, the default, takes a free one. */
	readonly port?: number;
	readonly manifestPath: string;
	/** The default workspace when absent. */
	readonly workspace?: unknown;
	readonly delivery: DeliveryMode;
	readonly signingSecret?: string;
	readonly botToken?: string;
	readonly appToken?: string;
	/** Shorter waits and lives, for tests. */
	readonly timings?: Partial<Timings>;
	/** The clock, in unix milliseconds. */
	readonly now?: () => number;
};

/** A running simulator. */
export type Simulator = {
	readonly url: string;
	/** What goes into a WebClient's slackApiUrl. */
	readonly apiUrl: string;
	readonly botToken: string;
	readonly appToken: string;
	readonly signingSecret: string;
	readonly setDelivery: (delivery: DeliveryMode) => void;
	readonly close: () => Promise<void>;
};

/** Starts a local Slack on 127.0.0.1. Throws when the manifest or the workspace cannot be read. */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
	const slack = makeSlack({
		workspace: Workspace.parse(options.workspace ?? defaultWorkspace),
		manifest: readManifest(options.manifestPath),
		...(options.timings === undefined ? {} : {timings: options.timings}),
		...(options.now === undefined ? {} : {now: options.now}),
	});
	const server = await makeServer();
	const sockets = startSocketMode(slack, server.server);
	const stop = new AbortController();
	let {delivery} = options;
	const credentials = {
		botToken: options.botToken ?? `xoxb-${randomBytes(12).toString('hex')}`,
		appToken: options.appToken ?? `xapp-1-${slack.app.id}-${randomBytes(12).toString('hex')}`,
		signingSecret: options.signingSecret ?? randomBytes(16).toString('hex'),
	};
	const mood = calmMood();
	const log = makeLog();
	const simulation: Simulation = {
		slack,
		mood,
		log,
		credentials,
		socketUrl: sockets.newUrl,
		dropSockets: sockets.drop,
		connections: sockets.connections,
		stop: stop.signal,
		setDelivery,
		deliver: (parcel) =>
			deliverNoted(
				{slack, mood, log},
				(each) =>
					delivery.mode === 'socket'
						? sockets.deliver(each)
						: deliverOverHttp(slack, {...delivery, ...credentials}, each),
				parcel,
			),
	};
	addApiRoutes(server, simulation);
	addFileRoutes(server, simulation);
	addResponseUrlRoutes(server, simulation);
	await addLocalRoutes(server, simulation);
	await addPageRoutes(server, slack.team.name);
	slack.address.url = await server.listen({port: options.port ?? 0, host: '127.0.0.1'});
	return {
		url: slack.address.url,
		apiUrl: `${slack.address.url}/api/`,
		...credentials,
		setDelivery,
		async close() {
			stop.abort();
			await sockets.close();
			server.server.closeAllConnections();
			await server.close();
		},
	};

	function setDelivery(next: DeliveryMode): void {
		delivery = next;
	}
}

async function makeServer(): Promise<FastifyInstance> {
	const server = fastify({bodyLimit: BODY_LIMIT, forceCloseConnections: true});
	await server.register(formbody, {bodyLimit: BODY_LIMIT});
	await server.register(multipart, {limits: {fileSize: BODY_LIMIT}});
	server.addContentTypeParser('*', {parseAs: 'buffer'}, (_request, body, done) => {
		done(null, body);
	});
	server.setErrorHandler((error, _request, reply) => {
		if (error instanceof ImpossibleInput) {
			return reply.status(409).send({error: 'impossible', message: error.message});
		}
		if (error instanceof ZodError) {
			return reply.status(400).send({error: 'bad_request', message: error.message});
		}
		const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
		return reply.status(500).send({error: 'internal_error', message});
	});
	return server;
}
