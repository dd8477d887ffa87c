import fastify from 'fastify';
import {afterEach, describe, expect, test, vi} from 'vitest';
import {bundleOf, pageBundle} from '../../simulator/page-bundle.ts';
import {addPageRoutes} from '../../simulator/page-routes.ts';
import {startSimulator} from '../../simulator/server.ts';
import type {Simulator} from '../../simulator/server.ts';
import {manifestPath} from './running-app.ts';

let slack: Simulator | undefined;

afterEach(async () => {
	vi.restoreAllMocks();
	await slack?.close();
	slack = undefined;
});

async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
	slack ??= await startSimulator({manifestPath, delivery: {mode: 'socket'}});
	return fetch(`${slack.url}${path}`, {headers});
}

describe('the page', () => {
	test('is built from its sources, the same for everyone until one of them changes', () => {
		const first = pageBundle();
		expect(first).toMatchObject({kind: 'built'});
		expect(pageBundle()).toBe(first);
	});

	test('is served with its program, its styles and its icon', async () => {
		const page = await get('/');
		expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
		const html = await page.text();
		expect(html).toContain('<html lang="en">');
		expect(html).toContain('<title>Shop</title>');
		expect(html).not.toMatch(/<style|style=|<script>/);

		const types: Record<string, string> = {
			'/app.js': 'text/javascript; charset=utf-8',
			'/app.css': 'text/css; charset=utf-8',
			'/favicon.svg': 'image/svg+xml',
		};
		for (const [path, type] of Object.entries(types)) {
			expect(html).toContain(`"${path}"`);
			const answer = await get(path);
			expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type]);
			expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
			expect((await answer.text()).length).toBeGreaterThan(100);
		}
	});

	test('may load and ask nothing but its own server', async () => {
		const answer = await get('/');
		expect(answer.headers.get('content-security-policy')).toBe(
			"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
				"base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		);
	});

	test.each(['/gallery', '/sample', '/archives/C0DBMIGR001/p1700000000000100?thread_ts=1700000000.000100'])(
		'is at %s, too',
		async (path) => {
			expect(await (await get(path)).text()).toBe(await (await get('/')).text());
		},
	);

	test('is asked for again each time, and sent again only when it changed', async () => {
		const first = await get('/app.js');
		expect(first.headers.get('cache-control')).toBe('no-cache');
		const again = await get('/app.js', {'if-none-match': first.headers.get('etag') ?? ''});
		expect([again.status, await again.text()]).toEqual([304, '']);
	});

	test('names no other server', async () => {
		const script = await (await get('/app.js')).text();
		const style = await (await get('/app.css')).text();
		const hosts = [...`${script}${style}`.matchAll(/(?:https?:)?\/\/([a-z\d-]+(?:\.[a-z\d-]+)+)/gi)].map(
			(match) => match[1],
		);
		// Names of XML languages, and addresses that belong to nobody (RFC 2606) in the sample.
		const harmless = /^(www\.w3\.org|([a-z]+\.)?example\.(com|org|net))$/;
		expect(hosts.filter((host) => !harmless.test(host ?? ''))).toEqual([]);
	});
});

describe('a page that cannot be built', () => {
	const broken = bundleOf('import "./nothing-here.tsx"; const <b> = 1;');

	test('says what is wrong', () => {
		expect(broken).toMatchObject({kind: 'failed', reason: expect.stringContaining('page.ts:1:') as unknown});
	});

	test('shows it in the browser and says it once on the console', async () => {
		const told = vi.spyOn(console, 'error').mockReturnValue();
		const server = fastify();
		await addPageRoutes(server, 'Shop', () => ({kind: 'failed', reason: 'no <b> here'}));
		const page = await server.inject({url: '/', headers: {host: 'localhost'}});
		expect(page.statusCode).toBe(500);
		expect(page.body).toContain('no &lt;b> here');
		expect((await server.inject({url: '/app.js', headers: {host: 'localhost'}})).statusCode).toBe(500);
		expect(told).toHaveBeenCalledExactlyOnceWith("The local Slack's page cannot be built.\nno <b> here");
		await server.close();
	});
});
