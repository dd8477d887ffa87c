import {WebAPIHTTPError, WebAPIPlatformError, WebAPIRateLimitedError} from '@slack/web-api';
import {Failure} from '../../operations/ports/failure.ts';

/** Slack's own error code where it refused, such as `channel_not_found`; null for every other error. */
export function slackErrorCode(error: unknown): string | null {
	return error instanceof WebAPIPlatformError ? error.data.error : null;
}

/** Refusals that pass by themselves: Slack's side, not ours. */
const passing: ReadonlySet<string> = new Set([
	'internal_error',
	'fatal_error',
	'service_unavailable',
	'request_timeout',
	'team_added_to_org',
]);

/** Errors of the Web API as Failures, once, at this border. Bugs of ours pass through untouched. */
export function slackFailure(error: unknown, doing: string): unknown {
	if (error instanceof Failure) return error;
	if (error instanceof WebAPIRateLimitedError) return rateLimited(doing, error.retryAfter, error);
	const code = slackErrorCode(error);
	if (code === 'ratelimited' || code === 'rate_limited') return rateLimited(doing, 30, error);
	if (code !== null && !passing.has(code)) {
		return new Failure('slack-refused', `Slack refused ${doing}: ${code}${hintOf(code)}.`, {cause: error});
	}
	if (error instanceof WebAPIHTTPError && error.statusCode < 500) {
		return new Failure('slack-refused', `Slack refused ${doing}: HTTP ${error.statusCode}.`, {cause: error});
	}
	if (isSlackError(error) || code !== null) {
		return new Failure('slack-unreachable', `Slack did not answer ${doing}.`, {cause: error});
	}
	return error;
}

/** Calls Slack; errors come out as Failures. */
export async function calling<T>(doing: string, call: () => Promise<T>): Promise<T> {
	try {
		return await call();
	} catch (error) {
		throw slackFailure(error, doing);
	}
}

function rateLimited(doing: string, seconds: number, cause: unknown): Failure {
	return new Failure('slack-rate-limited', `Slack asks to wait ${seconds} s before ${doing}.`, {
		cause,
		retryInMs: seconds * 1000,
	});
}

/** web-api's errors have codes that begin so; a 429 without Retry-After and a failed upload come as plain errors. */
function isSlackError(error: unknown): boolean {
	if (!(error instanceof Error)) return false;
	const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
	return (
		code.startsWith('slack_webapi_') ||
		error.message.startsWith('Retry header did not') ||
		error.message.startsWith('Failed to upload file')
	);
}

const hints: {readonly [code: string]: string} = {
	not_in_channel: '; invite the app to the channel',
	channel_not_found: '; check the channel id in lockstep.yaml and invite the app to the channel',
	is_archived: '; the channel is archived',
	missing_scope: '; install the app again from manifest.yml',
	invalid_auth: '; check the bot token',
	token_revoked: '; check the bot token',
	account_inactive: '; check the bot token',
};

function hintOf(code: string): string {
	return hints[code] ?? '';
}
