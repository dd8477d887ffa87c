import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readdirSync, readFileSync} from 'node:fs';
import {fileURLToPath} from 'node:url';

import fastify, {type FastifyInstance} from 'fastify';
import type {Browser} from 'playwright-core';
import {afterAll, beforeAll, describe, expect, it} from 'vitest';

import {expectAccessible, violationsOn} from './accessible.ts';
import {openBrowser} from './browser.ts';
import {expectNoProblems, openTab, phone, type Tab} from './tab.ts';

/** As strict as the local Slack's own. */
const policy =
	"default-src 'none'; script-src 'self' 'unsafe-inline'; img-src * data:; connect-src *; style-src 'self'";
const good = '<main><h1>Fine</h1><button>Save</button></main>';

const pages: Readonly<Record<string, string>> = {
	'/good': good,
	'/logs-an-error': `${good}<script>console.warn('a hint'); console.error('the cart is empty')</script>`,
	'/throws': `${good}<script>setTimeout(() => { throw new Error('no such cart') })</script>`,
	'/rejects': `${good}<script>Promise.reject(new Error('nobody caught this'))</script>`,
	'/asks-outside': `${good}<img alt="A logo" src="http://pictures.example.com/logo.png">`,
	'/asks-an-address-outside': `${good}<script>fetch('http://192.0.2.1/track').catch(() => {})</script>`,
	'/opens-a-socket-outside': `${good}<script>new WebSocket('ws://sockets.example.com/')</script>`,
	'/asks-in-vain': `${good}<script>fetch('/cut-off').catch(() => {})</script>`,
	'/misses-a-file': `${good}<script src="/missing.js"></script>`,
	'/gives-up': `${good}<script>
		const stop = new AbortController();
		fetch('/never', {signal: stop.signal}).catch(() => { document.title = 'gave up' });
		setTimeout(() => stop.abort(), 50);
	</script>`,
	'/unlabelled': '<main><h1>Cart</h1><button></button><img src="/dot.png"></main>',
	'/low-contrast': `<main><h1>Cart</h1><p class="pale">Three things</p></main><link rel="stylesheet" href="/pale.css">`,
};

let server: FastifyInstance;
let url: string;
let browser: Browser;

beforeAll(async () => {
	server = fastify({forceCloseConnections: true});
	for (const [address, body] of Object.entries(pages)) {
		server.get(address, async (_request, reply) => {
			const html = `<!doctype html><html lang="en"><head><title>${address}</title><link rel="icon" href="data:,"></head><body>${body}</body></html>`;
			return await reply.type('text/html').header('content-security-policy', policy).send(html);
		});
	}
	server.get('/dot.png', async (_request, reply) => await reply.type('image/png').send(Buffer.from([0])));
	server.get('/pale.css', async (_request, reply) => await reply.type('text/css').send('.pale { color: #ddd }'));
	server.get('/cut-off', (request, reply) => {
		reply.hijack();
		request.raw.socket.destroy();
	});
	server.get('/never', (_request, reply) => {
		reply.hijack();
	});
	url = await server.listen({host: '127.0.0.1', port: 0});
	browser = await openBrowser();
});

afterAll(async () => await server.close());

async function open(path: string): Promise<Tab> {
	return await openTab(browser, {url: `${url}${path}`});
}

describe('a tab', () => {
	it('has no problems on a page that has none', async () => {
		const tab = await openTab(browser, {url: `${url}/good?view=list`, as: 'dana', size: phone, colour: 'dark'});
		expect(tab.watch.requests).toEqual([`${url}/good?view=list&as=dana`]);
		expect(await tab.page.evaluate('innerWidth')).toBe(phone.width);
		expect(await tab.page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")).toBe(true);
		expect(tab.watch.take()).toEqual([]);
		await tab.close();
	});

	it.each([
		['an error on the console, not a hint', '/logs-an-error', /^console error: the cart is empty$/],
		['an uncaught exception', '/throws', /^uncaught exception: Error: no such cart/],
		['a rejection that nobody caught', '/rejects', /^uncaught exception: Error: nobody caught this/],
		[
			'a picture from outside',
			'/asks-outside',
			/^request to another host: http:\/\/pictures\.example\.com\/logo\.png$/,
		],
		[
			'a request to an address outside',
			'/asks-an-address-outside',
			/^failed request: .*192\.0\.2\.1.*NAME_NOT_RESOLVED/,
		],
		['a socket to the outside', '/opens-a-socket-outside', /^request to another host: ws:\/\/sockets\.example\.com\/$/],
		['a request that fails', '/asks-in-vain', /^failed request: GET .*\/cut-off: net::ERR_EMPTY_RESPONSE$/],
		['a file that is missing', '/misses-a-file', /^console error: .*404/],
	])('sees %s', async (_what, path, problem) => {
		const tab = await open(path);
		const seen: string[] = [];
		await expect
			.poll(() => {
				seen.push(...tab.watch.take());
				return seen;
			})
			.toEqual(expect.arrayContaining([expect.stringMatching(problem)]));
		await tab.close();
		tab.watch.take();
	});

	it('takes a request that the page gives up for no failure', async () => {
		const tab = await open('/gives-up');
		await expect.poll(async () => await tab.page.title()).toBe('gave up');
		expect(tab.watch.take()).toEqual([]);
		await tab.close();
	});

	it('fails the test that it stands in, even once it is closed, and says where', async () => {
		const tab = await open('/logs-an-error');
		await tab.close();
		expect(expectNoProblems).toThrow(/the cart is empty/);
		expect(expectNoProblems).not.toThrow();
	});

	it('does not fail a test for what it was told to pardon', async () => {
		const tab = await open('/good');
		tab.watch.pardon(/the cart is/);
		await tab.page.goto(`${url}/logs-an-error`);
		expect(expectNoProblems).not.toThrow();
		await tab.close();
	});
});

describe('expectAccessible', () => {
	it('is content with an accessible page', async () => {
		const tab = await open('/good');
		await expectAccessible(tab.page, 'the good page');
		await tab.close();
	});

	it('names the rule and the element where a control or a picture has no name', async () => {
		const tab = await open('/unlabelled');
		const violations = (await violationsOn(tab.page)).join('\n');
		expect(violations).toContain('button-name (critical)');
		expect(violations).toContain('at button: <button></button>');
		expect(violations).toContain('image-alt (critical)');
		await expect(expectAccessible(tab.page, 'the cart')).rejects.toThrow('the cart is not accessible');
		await tab.close();
	});

	it('sees text that is too pale', async () => {
		const tab = await open('/low-contrast');
		expect((await violationsOn(tab.page)).join('\n')).toContain('color-contrast (serious)');
		await tab.close();
	});
});

describe('the browser', () => {
	it('ends with its process, even a killed one', async () => {
		const mark = `BROWSER_OF=${process.pid}`;
		const program =
			"import('./launch-browser.ts').then(async ({launchBrowser}) => { await launchBrowser(); console.log('open') })";
		const owner = spawn(process.execPath, ['--import', 'tsx', '--eval', program], {
			cwd: fileURLToPath(new URL('.', import.meta.url)),
			// Nobody tidies up after a killed process but the run, whose directory goes at its end.
			env: {...process.env, TMPDIR: process.env['LOCKSTEP_RUN_DIRECTORY'], BROWSER_OF: `${process.pid}`},
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		await Promise.race([once(owner.stdout, 'data'), once(owner, 'exit')]);
		expect(markedWith(mark)).not.toEqual([]);
		owner.kill('SIGKILL');
		await expect.poll(() => markedWith(mark), {timeout: 5000}).toEqual([]);
	});
});

/** The processes with this in their environment; one that has ended has none. */
function markedWith(mark: string): readonly string[] {
	return readdirSync('/proc').filter((name) => {
		try {
			return readFileSync(`/proc/${name}/environ`, 'utf8').split('\0').includes(mark);
		} catch {
			return false;
		}
	});
}
