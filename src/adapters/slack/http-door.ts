import {createServer, type IncomingMessage, type Server, type ServerResponse} from 'node:http';
import type {AddressInfo} from 'node:net';
import type {HTTPReceiver} from '@slack/bolt';
import {Failure} from '../../operations/ports/failure.ts';

/** Bolt refuses what is older than five minutes, not what claims to come from the future. */
const skewSeconds = 5 * 60;
const stopMs = 3000;

export interface HttpDoor {
	start(): Promise<void>;
	stop(): Promise<void>;
	/** The port it listens on, null before start. */
	port(): number | null;
}

/** The signed HTTP door, at POST /slack/events. */
export function createHttpDoor(options: {
	readonly receiver: HTTPReceiver;
	readonly host: string;
	readonly port: number;
	readonly now: () => number;
}): HttpDoor {
	const server = createServer((request, response) => serve(options, request, response));

	async function start(): Promise<void> {
		await new Promise<void>((resolve, reject) => {
			const failed = (error: Error): void =>
				reject(
					new Failure(
						'process-failed',
						`Cannot listen on ${options.host}:${options.port} for Slack: ${error.message}`,
						{cause: error},
					),
				);
			server.once('error', failed);
			server.listen(options.port, options.host, () => {
				server.off('error', failed);
				resolve();
			});
		});
	}

	function port(): number | null {
		const address = server.address();
		return isAddress(address) ? address.port : null;
	}

	return {start, stop: () => stopServer(server), port};
}

function serve(
	options: {readonly receiver: HTTPReceiver; readonly now: () => number},
	request: IncomingMessage,
	response: ServerResponse,
): void {
	if (!timely(request, options.now())) return end(response, 401);
	try {
		options.receiver.requestListener(request, response);
	} catch {
		// Bolt throws for every path and method that is not its own.
		end(response, 404);
	}
}

function timely(request: IncomingMessage, now: number): boolean {
	const header = request.headers['x-slack-request-timestamp'];
	if (header === undefined) return true;
	if (typeof header !== 'string' || !/^\d{1,12}$/u.test(header)) return false;
	return Number(header) <= now / 1000 + skewSeconds;
}

function end(response: ServerResponse, status: number): void {
	response.writeHead(status);
	response.end();
}

/** Open requests may end; kept-alive connections are closed. */
async function stopServer(server: Server): Promise<void> {
	if (!server.listening) return;
	const closed = new Promise<void>((resolve) => {
		server.close(() => resolve());
	});
	server.closeIdleConnections();
	const timer = setTimeout(() => server.closeAllConnections(), stopMs);
	await closed;
	clearTimeout(timer);
}

function isAddress(address: string | AddressInfo | null): address is AddressInfo {
	return typeof address === 'object' && address !== null;
}
