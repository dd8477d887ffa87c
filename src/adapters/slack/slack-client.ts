import {type Logger, LogLevel, WebClient, type WebClientOptions} from '@slack/web-api';
import type {SlackLog} from './log.ts';

export type {WebClient} from '@slack/web-api';

export const defaultApiUrl = 'https://slack.com/api/';

/**
 * Calls fail fast, and whoever called decides about a retry: WebClient's default is half an hour of retries without a
 * timeout, in which a person would wait and a worker's publisher would sleep.
 */
export function clientOptions(apiUrl: string | null, log: SlackLog): WebClientOptions {
	return {
		slackApiUrl: apiUrl ?? defaultApiUrl,
		timeout: 10_000,
		retryConfig: {retries: 0},
		rejectRateLimitedCalls: true,
		logger: boltLogger(log),
	};
}

export function createSlackClient(options: {
	readonly botToken: string;
	readonly apiUrl: string | null;
	readonly log: SlackLog;
}): WebClient {
	return new WebClient(options.botToken, clientOptions(options.apiUrl, options.log));
}

/** Bolt's log on ours, without its debug lines: they hold whole payloads. */
export function boltLogger(log: SlackLog): Logger {
	function text(parts: readonly unknown[]): string {
		return parts.map((part) => (part instanceof Error ? part.message : String(part))).join(' ');
	}
	return {
		debug: () => undefined,
		info: (...parts: unknown[]) => log.info({from: 'slack'}, text(parts)),
		warn: (...parts: unknown[]) => log.warn({from: 'slack'}, text(parts)),
		error: (...parts: unknown[]) => log.error({from: 'slack'}, text(parts)),
		setLevel: () => undefined,
		getLevel: () => LogLevel.INFO,
		setName: () => undefined,
	};
}
