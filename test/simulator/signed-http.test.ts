import {createServer} from 'node:http';
import type {IncomingMessage, ServerResponse} from 'node:http';
import {afterEach, describe, expect, test} from 'vitest';
import {verifySlackRequest} from '@slack/bolt';
import {connectToSimulator} from '../../simulator/client.ts';
import {startSimulator} from '../../simulator/server.ts';
import type {SimulatorOptions} from '../../simulator/server.ts';
import {manifestPath, startHttpApp} from './running-app.ts';

const endings: (() => Promise<void>)[] = [];

afterEach(async () => {
	for (const end of endings.splice(0).toReversed()) await end();
});

type Received = {readonly headers: IncomingMessage['headers']; readonly body: string};

/** A server that is no Bolt: it keeps what comes and answers as told. */
async function listening(answer: (response: ServerResponse, count: number) => void): Promise<{
	readonly url: string;
	readonly received: readonly Received[];
}> {
	const received: Received[] = [];
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (part: Buffer) => {
			body += part.toString();
		});
		request.on('end', () => {
			received.push({headers: request.headers, body});
			answer(response, received.length);
		});
	});
	await new Promise<void>((resolve) => {
		server.listen(0, '127.0.0.1', resolve);
	});
	endings.push(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => {
			server.close(resolve);
		});
	});
	const address = server.address();
	const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
	return {url: `http://127.0.0.1:${port}/slack/events`, received};
}

async function simulatorFor(requestUrl: string, more: Partial<SimulatorOptions> = {}) {
	const slack = await startSimulator({manifestPath, delivery: {mode: 'http', requestUrl}, ...more});
	endings.push(() => slack.close());
	return {slack, client: connectToSimulator(slack.url)};
}

describe('signed HTTP', () => {
	test('carries a v0 signature that is good for this body', async () => {
		const {url, received} = await listening((response) => response.end());
		const {slack, client} = await simulatorFor(url);
		await client.as('dana').command('/migrate', 'list');
		const {headers, body} = received[0] ?? {headers: {}, body: ''};
		const timestamp = Number(headers['x-slack-request-timestamp']);
		verifySlackRequest({
			signingSecret: slack.signingSecret,
			body,
			headers: {
				'x-slack-signature': String(headers['x-slack-signature']),
				'x-slack-request-timestamp': timestamp,
			},
		});
		expect(new URLSearchParams(body).get('text')).toBe('list');
	});

	test('is refused by an app with another secret', async () => {
		const running = await startHttpApp({listen: (app) => app.command('/migrate', async ({ack}) => ack())});
		endings.push(running.close);
		const {client} = await simulatorFor(running.requestUrl, {signingSecret: 'another'});

		expect(await running.client.as('dana').command('/migrate', '')).toEqual({kind: 'accepted'});
		expect(await client.as('dana').command('/migrate', '')).toMatchObject({error: 'dispatch_failed'});

		expect(await client.deliveries()).toMatchObject([{outcome: 'http_401'}]);
	});

	test('shows a command that is answered with an error, or not in time, as failed', async () => {
		const {url} = await listening((response, count) => {
			if (count === 1) response.writeHead(500).end();
		});
		const {client} = await simulatorFor(url, {timings: {acknowledgementLimit: 500}});
		expect(await client.as('dana').command('/migrate', '')).toMatchObject({error: 'dispatch_failed'});
		expect(await client.as('dana').command('/migrate', '')).toMatchObject({error: 'operation_timeout'});
	});

	test('sends an event up to three times more, and says which time it is and why', async () => {
		const {url, received} = await listening((response, count) => {
			response.writeHead(count < 3 ? 500 : 200).end();
		});
		const {client} = await simulatorFor(url, {timings: {eventRetries: [0, 20, 20]}});
		await client.sendEvent({type: 'app_home_opened', user: 'U0DANA00001'});
		await expect.poll(() => received.length).toBe(3);
		expect(received.map(({headers}) => headers['x-slack-retry-num'])).toEqual([undefined, '1', '2']);
		expect(received[2]?.headers['x-slack-retry-reason']).toBe('http_error');
		const ids = received.map(({body}) => (JSON.parse(body) as {event_id: string}).event_id);
		expect(new Set(ids).size).toBe(1);
	});
});
