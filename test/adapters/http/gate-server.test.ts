import {request} from 'node:http';
import type {AddressInfo} from 'node:net';
import {createServer} from 'node:net';

import {afterEach, describe, expect, it} from 'vitest';

import {type GateServer, startGateServer} from '../../../src/adapters/http/gate-server.ts';
import {createRecordStore} from '../../../src/adapters/record/record-store.ts';
import type {GateAnswer} from '../../../src/domain/gate.ts';
import {askGate} from '../../../src/operations/answer-gate.ts';

interface Question {
	readonly app: string;
	readonly version: string;
	readonly target: string | null;
}

const go: GateAnswer = {verdict: 'go', reason: 'verified', sentence: 'Every migration is verified.', requests: []};

const endings: (() => Promise<void>)[] = [];

afterEach(async () => {
	for (const ending of endings.splice(0).toReversed()) await ending();
});

interface Gate {
	readonly address: string;
	readonly asked: readonly Question[];
	readonly errors: readonly Error[];
	get(
		path: string,
		headers?: Readonly<Record<string, string>>,
	): Promise<{readonly status: number; readonly body: unknown}>;
}

async function startGate(
	ask: (question: Question) => Promise<GateAnswer> = () => Promise.resolve(go),
	tokens: readonly string[] = ['first-token', 'second-token'],
): Promise<Gate> {
	const asked: Question[] = [];
	const errors: Error[] = [];
	const server: GateServer = await startGateServer({
		host: '127.0.0.1',
		port: 0,
		tokens,
		ask: async (question) => {
			asked.push(question);
			return await ask(question);
		},
		onError: (error) => errors.push(error),
	});
	endings.push(async () => await server.close());
	const get: Gate['get'] = async (path, headers = {authorization: 'Bearer first-token'}) =>
		await rawGet(server.port, path, headers);
	return {address: `http://127.0.0.1:${server.port}`, asked, errors, get};
}

/** The path goes as it is written: fetch would tidy it up. */
async function rawGet(
	port: number,
	path: string,
	headers: Readonly<Record<string, string>>,
): Promise<{readonly status: number; readonly body: unknown}> {
	return await new Promise((resolve, reject) => {
		const outgoing = request({host: '127.0.0.1', port, path, headers, agent: false}, (response) => {
			const pieces: Buffer[] = [];
			response.on('data', (piece: Buffer) => pieces.push(piece));
			response.on('end', () => {
				const text = Buffer.concat(pieces).toString();
				resolve({status: response.statusCode ?? 0, body: text === '' ? null : (JSON.parse(text) as unknown)});
			});
		});
		outgoing.on('error', reject).end();
	});
}

describe('the deploy gate over HTTP', () => {
	it('passes app, version and target on and answers what it was told', async () => {
		const gate = await startGate();
		expect(await gate.get('/v1/gate/shop/1.9.0?target=shop-production')).toEqual({status: 200, body: go});
		expect(await gate.get('/v1/gate/shop/1.9.0')).toEqual({status: 200, body: go});
		expect(gate.asked).toEqual([
			{app: 'shop', version: '1.9.0', target: 'shop-production'},
			{app: 'shop', version: '1.9.0', target: null},
		]);
	});

	it('says that it is alive without a token', async () => {
		expect(await (await startGate()).get('/healthz', {})).toEqual({status: 200, body: {ok: true}});
	});

	it.each<readonly [string, Readonly<Record<string, string>>]>([
		['no token', {}],
		['a wrong token', {authorization: 'Bearer third-token'}],
		['a token that is a part of the right one', {authorization: 'Bearer first-toke'}],
		['a token that the right one is a part of', {authorization: 'Bearer first-token-and-more'}],
		['an empty token', {authorization: 'Bearer '}],
		['a token in another scheme', {authorization: 'Basic first-token'}],
		['a token without a scheme', {authorization: 'first-token'}],
		['both tokens at once', {authorization: 'Bearer first-token,second-token'}],
	])('answers 401 to %s and asks nothing', async (_what, headers) => {
		const gate = await startGate();
		const answer = await gate.get('/v1/gate/shop/1.9.0', headers);
		expect(answer.status).toBe(401);
		expect(answer.body).not.toHaveProperty('verdict');
		expect(gate.asked).toEqual([]);
	});

	it('takes each of its tokens, so that one can be replaced while pipelines still use the other', async () => {
		const gate = await startGate();
		for (const token of ['first-token', 'second-token']) {
			expect((await gate.get('/v1/gate/shop/1.9.0', {authorization: `bearer ${token}`})).status).toBe(200);
		}
	});

	it.each([
		['an app of 201 characters', `/v1/gate/${'a'.repeat(201)}/1.9.0`],
		['an empty app', '/v1/gate//1.9.0'],
		['an empty version', '/v1/gate/shop/'],
		['an empty target', '/v1/gate/shop/1.9.0?target='],
		['two targets', '/v1/gate/shop/1.9.0?target=one&target=two'],
		['an escape that is none', '/v1/gate/shop/%zz'],
		['a slash in the version', '/v1/gate/shop/1.9/0'],
		['another address', '/v2/gate/shop/1.9.0'],
		['the address of nothing', '/'],
	])('never says go to %s', async (_what, path) => {
		const gate = await startGate();
		const {status, body} = await gate.get(path);
		expect([400, 404, 414, 503]).toContain(status);
		expect(body).not.toMatchObject({verdict: 'go'});
		expect(gate.asked).toEqual([]);
	});

	it('answers 400 with how to ask, and 404 with where it answers', async () => {
		const gate = await startGate();
		expect(await gate.get('/v1/gate//1.9.0')).toMatchObject({status: 400, body: {error: 'bad-request'}});
		expect(await gate.get('/v2/gate/shop/1.9.0')).toEqual({
			status: 404,
			body: {error: 'not-found', sentence: 'The gate answers at /v1/gate/{app}/{version}.'},
		});
	});

	it.each([
		["'; DROP TABLE request; --"],
		['../../../etc/passwd'],
		['<script>alert(1)</script>'],
		['1.9.0\r\nX-Verdict: go'],
		['${jndi:ldap://example.com}'],
		['версия 1.9'],
		['a/b'],
	])('hands %j on as the name that it is', async (name) => {
		const gate = await startGate();
		const {status} = await gate.get(`/v1/gate/${encodeURIComponent(name)}/${encodeURIComponent(name)}`);
		expect(status).toBe(200);
		expect(gate.asked).toEqual([{app: name, version: name, target: null}]);
	});

	it('holds with 503 and the failure’s own sentence while the record is down', async () => {
		const record = createRecordStore(`postgresql://lockstep@127.0.0.1:${await closedPort()}/lockstep`, () => {});
		endings.push(async () => await record.close());
		const settings = {targets: new Map(), leaseMs: 30_000, heartbeatMs: 5_000};
		const gate = await startGate(async (question) => await askGate({record, settings}, question));
		const {status, body} = await gate.get('/v1/gate/shop/1.9.0');
		expect(status).toBe(503);
		expect(body).toMatchObject({verdict: 'hold', reason: 'could-not-answer', requests: []});
		expect(gate.errors).toHaveLength(1);
	});

	it('holds with 503 after a bug, and keeps the bug’s words to its log', async () => {
		const gate = await startGate(() => Promise.reject(new Error('password=swordfish')));
		const {status, body} = await gate.get('/v1/gate/shop/1.9.0');
		expect(status).toBe(503);
		expect(body).toMatchObject({verdict: 'hold', reason: 'could-not-answer'});
		expect(JSON.stringify(body)).not.toContain('swordfish');
		expect(gate.errors.map(({message}) => message)).toEqual(['password=swordfish']);
	});

	it('holds for a target that the configuration does not name', async () => {
		const record = createRecordStore(`postgresql://lockstep@127.0.0.1:${await closedPort()}/lockstep`, () => {});
		endings.push(async () => await record.close());
		const settings = {targets: new Map(), leaseMs: 30_000, heartbeatMs: 5_000};
		const gate = await startGate(async (question) => await askGate({record, settings}, question));
		expect(await gate.get('/v1/gate/shop/1.9.0?target=shop-prod')).toMatchObject({
			status: 200,
			body: {verdict: 'hold', reason: 'unknown-target'},
		});
	});
});

async function closedPort(): Promise<number> {
	const server = createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const {port} = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}
