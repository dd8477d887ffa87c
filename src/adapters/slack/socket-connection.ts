import {setTimeout as sleep} from 'node:timers/promises';
import type {SocketModeReceiver} from '@slack/bolt';
import {Failure} from '../../operations/ports/failure.ts';
import type {SlackLog} from './log.ts';
import {slackErrorCode} from './slack-failure.ts';

type SocketClient = SocketModeReceiver['client'];

/** What never gets better by trying again (the list of @slack/socket-mode's UnrecoverableSocketModeStartError). */
const hopeless: ReadonlySet<string> = new Set([
	'not_authed',
	'invalid_auth',
	'account_inactive',
	'user_removed_from_team',
	'team_disabled',
	'not_allowed_token_type',
	'missing_scope',
]);

const connectMs = 20_000;
const firstDelayMs = 500;
const longestDelayMs = 30_000;
const stopMs = 3000;

export interface SocketConnection {
	/** Resolves after the first try, whether it connected or goes on trying; throws Failure for a token Slack refuses. */
	start(): Promise<void>;
	stop(): Promise<void>;
	connected(): boolean;
}

/**
 * Keeps one Socket Mode connection. The client's own reconnecting is off: it gives up for good after exhausted retries,
 * and its reconnect timer ends in an unhandled rejection when it is stopped meanwhile. Here every attempt is awaited.
 */
export function createSocketConnection(client: SocketClient, log: SlackLog): SocketConnection {
	const stopping = new AbortController();
	let live = false;
	let dropped: () => void = () => undefined;
	let keeping: Promise<void> = Promise.resolve();
	client.on('connected', () => {
		live = true;
	});
	client.on('disconnected', () => {
		live = false;
		dropped();
	});

	async function start(): Promise<void> {
		const first = await attempt();
		if (first !== null) throwIfHopeless(first);
		keeping = keep(first);
	}

	/** Null when connected, else why not. */
	async function attempt(): Promise<unknown> {
		const timeout = new AbortController();
		try {
			await Promise.race([client.start(), late(timeout.signal)]);
			return null;
		} catch (error) {
			return error ?? new Error('The connection was closed before Slack said hello.');
		} finally {
			timeout.abort();
		}
	}

	async function keep(first: unknown): Promise<void> {
		let problem = first;
		let failures = problem === null ? 0 : 1;
		while (!stopping.signal.aborted) {
			if (problem === null) {
				failures = 0;
				log.info({}, 'Connected to Slack');
				await disconnection();
			} else {
				log.warn({err: problem, failures}, 'No connection to Slack; trying again');
				await client.disconnect().catch(() => undefined);
				await pause(delayAfter(failures));
			}
			if (stopping.signal.aborted) break;
			problem = await attempt();
			failures += problem === null ? 0 : 1;
		}
		await close();
	}

	async function disconnection(): Promise<void> {
		if (!live || stopping.signal.aborted) return;
		await new Promise<void>((resolve) => {
			dropped = resolve;
		});
	}

	async function pause(ms: number): Promise<void> {
		await sleep(ms, undefined, {signal: stopping.signal}).catch(() => undefined);
	}

	async function close(): Promise<void> {
		live = false;
		await Promise.race([client.disconnect().catch(() => undefined), sleep(stopMs, undefined, {ref: false})]);
	}

	async function stop(): Promise<void> {
		stopping.abort();
		dropped();
		await Promise.race([keeping, sleep(stopMs, undefined, {ref: false})]);
	}

	return {start, stop, connected: () => live};
}

async function late(signal: AbortSignal): Promise<never> {
	await sleep(connectMs, undefined, {signal}).catch(() => undefined);
	throw new Error(`Slack did not say hello within ${connectMs / 1000} s.`);
}

function throwIfHopeless(error: unknown): void {
	const code = slackErrorCode(error);
	if (code === null || !hopeless.has(code)) return;
	throw new Failure(
		'slack-refused',
		`Slack refused the app-level token: ${code}. Socket Mode needs a token xapp-… with connections:write.`,
		{cause: error},
	);
}

/** Doubles from half a second to half a minute, with jitter, so that replicas do not come back all at once. */
function delayAfter(failures: number): number {
	const whole = Math.min(longestDelayMs, firstDelayMs * 2 ** (failures - 1));
	return whole * (0.5 + Math.random() / 2);
}
