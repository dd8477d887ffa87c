import {createServer, type RequestListener, type Server} from 'node:http';
import {afterEach, beforeEach, describe, expect, test} from 'vitest';
import {downloadFile} from '../../../src/adapters/slack/file-download.ts';
import {createSlackClient} from '../../../src/adapters/slack/slack-client.ts';
import {keptLog} from './local-slack.ts';

let server: Server;
let origin: string;
let address: string;
let hand: RequestListener;
let elsewhere: number;

beforeEach(async () => {
	elsewhere = 0;
	server = createServer((request, response) => {
		if (request.url === '/api/files.info') {
			response.setHeader('content-type', 'application/json');
			response.end(JSON.stringify({ok: true, file: {id: 'F1', name: 'a.sql', url_private_download: address}}));
		} else if (request.url === '/elsewhere') {
			elsewhere += 1;
			response.end('stolen');
		} else hand(request, response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const at = server.address();
	if (at === null || typeof at === 'string') throw new Error('no port');
	origin = `http://127.0.0.1:${at.port}`;
	address = `${origin}/file`;
});

afterEach(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

function download(timeoutMs = 5000): ReturnType<typeof downloadFile> {
	const apiUrl = `${origin}/api/`;
	const client = createSlackClient({botToken: 'xoxb-1', apiUrl, log: keptLog()});
	return downloadFile({client, botToken: 'xoxb-1', apiUrl, timeoutMs}, 'F1');
}

describe('an uploaded file', () => {
	test('is fetched with the bot token', async () => {
		hand = (request, response) => response.end(request.headers.authorization);
		expect(await download()).toEqual({name: 'a.sql', bytes: Buffer.from('Bearer xoxb-1')});
	});

	test('is not fetched from an address that is neither https nor Slack’s', async () => {
		address = 'http://169.254.169.254/latest';
		await expect(download()).rejects.toMatchObject({code: 'slack-refused'});
	});

	test('takes no redirect, which would carry the token along', async () => {
		hand = (_request, response) => response.writeHead(302, {location: `${origin}/elsewhere`}).end();
		await expect(download()).rejects.toMatchObject({code: 'slack-refused'});
		expect(elsewhere).toBe(0);
	});

	test('is not a login page', async () => {
		hand = (_request, response) => response.writeHead(200, {'content-type': 'text/html'}).end('<html>');
		await expect(download()).rejects.toMatchObject({code: 'slack-refused'});
	});

	test('is no larger than 10 MB, whatever its size was said to be', async () => {
		hand = (_request, response) => response.end(Buffer.alloc(10 * 1024 * 1024 + 1));
		await expect(download()).rejects.toMatchObject({
			code: 'slack-refused',
			message: 'The uploaded file is larger than 10 MB.',
		});
	});

	test('does not come for ever', async () => {
		hand = (_request, response) => response.write('SELECT');
		await expect(download(300)).rejects.toMatchObject({code: 'slack-unreachable'});
	});

	test('is unreachable when Slack answers 500', async () => {
		hand = (_request, response) => response.writeHead(500).end();
		await expect(download()).rejects.toMatchObject({code: 'slack-unreachable'});
	});
});
