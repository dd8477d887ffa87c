import {createHmac} from 'node:crypto';
import {decodeJson} from '../json.ts';
import type {JsonObject} from '../json.ts';
import type {Slack} from '../state/slack.ts';
import type {Acknowledgement, Parcel} from './parcel.ts';

/** Hands a parcel to the app's request URL, signed as Slack signs it. */
export async function deliverOverHttp(
	slack: Slack,
	{requestUrl, signingSecret}: {readonly requestUrl: string; readonly signingSecret: string},
	parcel: Parcel,
): Promise<Acknowledgement> {
	const {body, contentType} = encode(parcel);
	try {
		const response = await fetch(requestUrl, {
			method: 'POST',
			body,
			headers: {
				'content-type': contentType,
				'user-agent': 'Slackbot 1.0 (+https://api.slack.com/robots)',
				...signature(signingSecret, body, slack.now()),
				...retryHeaders(parcel),
			},
			redirect: 'manual',
			signal: AbortSignal.timeout(slack.timings.acknowledgementLimit),
		});
		const text = await response.text();
		if (!response.ok) return {kind: 'unreachable', reason: `http_${response.status}`};
		return {kind: 'acknowledged', body: decodeBody(response, text)};
	} catch (error) {
		if (error instanceof Error && error.name === 'TimeoutError') return {kind: 'timeout'};
		return {kind: 'unreachable', reason: 'connection_failed'};
	}
}

/** The v0 signature and its timestamp (Slack: "Verifying requests from Slack"). */
function signature(secret: string, body: string, now: number): Record<string, string> {
	const timestamp = String(Math.floor(now / 1000));
	const digest = createHmac('sha256', secret).update(`v0:${timestamp}:${body}`).digest('hex');
	return {'x-slack-request-timestamp': timestamp, 'x-slack-signature': `v0=${digest}`};
}

function encode(parcel: Parcel): {readonly body: string; readonly contentType: string} {
	const form = 'application/x-www-form-urlencoded';
	switch (parcel.type) {
		case 'events_api':
			return {body: JSON.stringify(parcel.payload), contentType: 'application/json'};
		case 'interactive':
			return {body: formOf({payload: JSON.stringify(parcel.payload)}), contentType: form};
		case 'slash_commands':
			return {body: formOf(parcel.payload), contentType: form};
	}
}

function formOf(fields: JsonObject): string {
	const form = new URLSearchParams();
	for (const [name, value] of Object.entries(fields)) form.set(name, String(value));
	return form.toString();
}

function retryHeaders({retry}: Parcel): Record<string, string> {
	if (retry === undefined) return {};
	return {'x-slack-retry-num': String(retry.attempt), 'x-slack-retry-reason': retry.reason};
}

/** JSON where the answer says so, else its text. */
function decodeBody(response: Response, text: string): unknown {
	if (text === '') return {};
	const json = (response.headers.get('content-type') ?? '').includes('json');
	return (json ? decodeJson(text) : undefined) ?? {text};
}
