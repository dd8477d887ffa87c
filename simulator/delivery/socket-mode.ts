import {randomUUID} from 'node:crypto';
import type {IncomingMessage, Server} from 'node:http';
import type {Duplex} from 'node:stream';
import {WebSocket, WebSocketServer} from 'ws';
import {decodeJson, isObject, textField} from '../json.ts';
import {changed} from '../state/slack.ts';
import type {Slack} from '../state/slack.ts';
import type {Acknowledgement, Parcel} from './parcel.ts';

/** An app may hold ten connections at once (Slack: "Using Socket Mode"). */
const CONNECTIONS_LIMIT = 10;
/** Slack sends a ping from time to time; a client gives up after about 30 s without one. */
const PING_EVERY = 10_000;

/** How long the end of a connection may take. */
const HANDSHAKE_LIMIT = 500;

/** The Socket Mode side of Slack. */
export type SocketMode = {
	readonly newUrl: () => string;
	readonly deliver: (parcel: Parcel) => Promise<Acknowledgement>;
	readonly drop: (announced: boolean) => void;
	readonly connections: () => number;
	readonly close: () => Promise<void>;
};

/** A parcel that is on its way; it is sent again when its connection goes before the answer. */
type Pending = {
	readonly envelope: string;
	sentOn: WebSocket | undefined;
	readonly finish: (acknowledgement: Acknowledgement) => void;
};

type Hub = {
	readonly slack: Slack;
	readonly tickets: Set<string>;
	readonly sockets: Set<WebSocket>;
	readonly pending: Map<string, Pending>;
	turn: number;
};

/** Serves Socket Mode on an HTTP server. */
export function startSocketMode(slack: Slack, server: Server): SocketMode {
	const hub: Hub = {slack, tickets: new Set(), sockets: new Set(), pending: new Map(), turn: 0};
	const doors = new WebSocketServer({noServer: true});
	server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
		if (!admit(hub, request)) {
			socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
			return;
		}
		doors.handleUpgrade(request, socket, head, (connection) => welcome(hub, connection));
	});
	const pings = setInterval(() => {
		for (const socket of hub.sockets) socket.ping();
	}, PING_EVERY);
	return {
		newUrl: () => newUrl(hub),
		deliver: (parcel) => deliver(hub, parcel),
		drop: (announced) => drop(hub, announced),
		connections: () => hub.sockets.size,
		async close() {
			clearInterval(pings);
			for (const pending of hub.pending.values()) {
				pending.finish({kind: 'unreachable', reason: 'closed'});
			}
			await Promise.all([...hub.sockets].map(hangUp));
			doors.close();
		},
	};
}

function newUrl(hub: Hub): string {
	const ticket = randomUUID();
	hub.tickets.add(ticket);
	const base = hub.slack.address.url.replace(/^http/, 'ws');
	return `${base}/link/?ticket=${ticket}&app_id=${hub.slack.app.id}`;
}

/** Ends a connection by a handshake; one that does not answer is cut. */
async function hangUp(socket: WebSocket): Promise<void> {
	await new Promise<void>((resolve) => {
		const patience = setTimeout(() => socket.terminate(), HANDSHAKE_LIMIT);
		socket.once('close', () => {
			clearTimeout(patience);
			resolve();
		});
		socket.close(1001);
	});
}

/** A ticket opens one connection, once. */
function admit(hub: Hub, request: IncomingMessage): boolean {
	const url = new URL(request.url ?? '/', 'http://localhost');
	return url.pathname === '/link/' && hub.tickets.delete(url.searchParams.get('ticket') ?? '');
}

function welcome(hub: Hub, socket: WebSocket): void {
	if (hub.sockets.size >= CONNECTIONS_LIMIT) {
		socket.send(JSON.stringify({type: 'disconnect', reason: 'too_many_websockets'}));
		socket.close();
		return;
	}
	hub.sockets.add(socket);
	changed(hub.slack);
	socket.on('message', (data: Buffer) => receive(hub, data.toString()));
	socket.on('error', () => socket.terminate());
	socket.on('close', () => leave(hub, socket));
	socket.send(JSON.stringify(hello(hub)));
	for (const pending of hub.pending.values()) {
		if (pending.sentOn === undefined) send(hub, pending);
	}
}

function hello(hub: Hub): object {
	return {
		type: 'hello',
		num_connections: hub.sockets.size,
		connection_info: {app_id: hub.slack.app.id},
		debug_info: {host: 'applink-0', build_number: 1, approximate_connection_time: 18_060},
	};
}

function receive(hub: Hub, text: string): void {
	const message = decodeJson(text);
	const id = textField(message, 'envelope_id');
	if (id === undefined || !isObject(message)) return;
	hub.pending.get(id)?.finish({kind: 'acknowledged', body: message['payload']});
}

/** What a lost connection had not answered goes to another, or waits for the next. */
function leave(hub: Hub, socket: WebSocket): void {
	hub.sockets.delete(socket);
	changed(hub.slack);
	for (const pending of hub.pending.values()) {
		if (pending.sentOn === socket) {
			pending.sentOn = undefined;
			send(hub, pending);
		}
	}
}

async function deliver(hub: Hub, parcel: Parcel): Promise<Acknowledgement> {
	if (openSockets(hub).length === 0) return {kind: 'unreachable', reason: 'no_connection'};
	const id = randomUUID();
	return new Promise((resolve) => {
		const limit = hub.slack.timings.acknowledgementLimit;
		const timer = setTimeout(() => finish({kind: 'timeout'}), limit);
		function finish(acknowledgement: Acknowledgement): void {
			clearTimeout(timer);
			hub.pending.delete(id);
			resolve(acknowledgement);
		}
		const pending: Pending = {envelope: envelopeOf(id, parcel), sentOn: undefined, finish};
		hub.pending.set(id, pending);
		send(hub, pending);
	});
}

function envelopeOf(id: string, parcel: Parcel): string {
	return JSON.stringify({
		envelope_id: id,
		type: parcel.type,
		payload: parcel.payload,
		accepts_response_payload: parcel.takesAnswer,
		...(parcel.type === 'events_api'
			? {retry_attempt: parcel.retry?.attempt ?? 0, retry_reason: parcel.retry?.reason ?? ''}
			: {}),
	});
}

/** Each payload reaches one of the connections, in turn. */
function send(hub: Hub, pending: Pending): void {
	const open = openSockets(hub);
	hub.turn += 1;
	const socket = open[hub.turn % open.length];
	if (socket === undefined) return;
	pending.sentOn = socket;
	socket.send(pending.envelope);
}

function openSockets(hub: Hub): readonly WebSocket[] {
	return [...hub.sockets].filter((socket) => socket.readyState === WebSocket.OPEN);
}

function drop(hub: Hub, announced: boolean): void {
	for (const socket of hub.sockets) {
		if (announced) {
			socket.send(JSON.stringify({type: 'disconnect', reason: 'refresh_requested'}));
		} else {
			socket.terminate();
		}
	}
}
