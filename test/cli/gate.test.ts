import {execFile} from 'node:child_process';
import {createServer, type RequestListener, type Server} from 'node:http';
import type {AddressInfo} from 'node:net';
import {fileURLToPath} from 'node:url';

import {afterEach, describe, expect, it, onTestFinished, vi} from 'vitest';

import {startGateServer} from '../../src/adapters/http/gate-server.ts';
import {gate} from '../../src/cli/gate.ts';
import type {GateAnswer} from '../../src/domain/gate.ts';

const lockstep = fileURLToPath(new URL('../../bin/lockstep', import.meta.url));
const token = 'pipeline-token';

afterEach(() => {
	vi.unstubAllEnvs();
	vi.restoreAllMocks();
});

/** A real gate that gives one answer. */
async function startGate(
	answer: Pick<GateAnswer, 'verdict' | 'reason'> & {readonly delayMs?: number},
): Promise<{readonly url: string; readonly asked: unknown[]}> {
	const asked: unknown[] = [];
	const server = await startGateServer({
		host: '127.0.0.1',
		port: 0,
		tokens: [token],
		ask: (question) => {
			asked.push(question);
			return Promise.resolve({...answer, sentence: `The gate says ${answer.verdict}.`, requests: []});
		},
		onError: () => {},
	});
	onTestFinished(async () => await server.close());
	return {url: `http://127.0.0.1:${server.port}`, asked};
}

async function startOther(listener: RequestListener): Promise<string> {
	const server: Server = createServer(listener);
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(async () => {
		server.closeAllConnections();
		await new Promise((resolve) => server.close(resolve));
	});
	return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface Ran {
	readonly code: number;
	readonly said: string;
}

/** The command as a pipeline runs it. */
async function runCommand(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
	return await new Promise((resolve) => {
		const child = execFile(
			process.execPath,
			[lockstep, 'gate', ...args],
			{env: {PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], ...env}},
			(_error, stdout, stderr) => resolve({code: child.exitCode ?? -1, said: stdout + stderr}),
		);
	});
}

/** The same within this process: what it returns and says. */
async function ask(url: string, given: string = token): Promise<Ran> {
	vi.stubEnv('LOCKSTEP_GATE_TOKEN', given);
	const said: string[] = [];
	vi.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0);
	const code = await gate({app: 'shop', version: '1.9.0', url});
	return {code, said: said.join('')};
}

describe('lockstep gate, as a pipeline runs it', () => {
	it('asks for app, version and target, says the sentence, and ends with 0 on go', async () => {
		const {url, asked} = await startGate({verdict: 'go', reason: 'verified'});
		const ran = await runCommand(['--app', 'shop', '--version', '1.9.0', '--target', 'shop-production'], {
			LOCKSTEP_GATE_URL: url,
			LOCKSTEP_GATE_TOKEN: token,
		});
		expect(ran).toEqual({code: 0, said: 'go (verified): The gate says go.\n'});
		expect(asked).toEqual([{app: 'shop', version: '1.9.0', target: 'shop-production'}]);
	});

	it('ends with 3 and names what is not set', async () => {
		expect(await runCommand(['--app', 'shop', '--version', '1.9.0'], {})).toEqual({
			code: 3,
			said: 'could not ask: Set LOCKSTEP_GATE_URL (or --url): the gate’s address and one of its tokens.\n',
		});
	});
});

describe('the exit code of lockstep gate', () => {
	it.each([
		['go', 'verified', 0],
		['stop', 'failed', 1],
		['hold', 'waiting', 2],
		['hold', 'unknown-version', 2],
		['hold', 'unknown-target', 2],
	] as const)('on %s (%s) is %i', async (verdict, reason, code) => {
		const {url} = await startGate({verdict, reason});
		expect(await ask(url)).toEqual({code, said: `${verdict} (${reason}): The gate says ${verdict}.\n`});
	});

	it('is that of the answer below an address with a path and a slash at its end', async () => {
		const url = await startOther((request, response) => {
			const known = request.url === '/lockstep/v1/gate/shop/1.9.0';
			response.end(JSON.stringify({verdict: known ? 'go' : 'stop', reason: 'verified', sentence: 'Asked there.'}));
		});
		expect((await ask(`${url}/lockstep/`)).code).toBe(0);
		expect((await ask(`${url}/lockstep`)).code).toBe(0);
	});
});

describe('lockstep gate could not ask, and ends with 3,', () => {
	it('where nothing listens', async () => {
		const url = await startOther(() => {});
		const unreachable = url.replace(/:\d+$/u, ':1');
		const ran = await ask(unreachable);
		expect(ran.code).toBe(3);
		expect(ran.said).toContain('cannot be reached. Do not deploy before it says go.');
	});

	it('with a token that the gate does not take', async () => {
		const {url, asked} = await startGate({verdict: 'go', reason: 'verified'});
		const ran = await ask(url, 'an-old-token');
		expect(ran.code).toBe(3);
		expect(ran.said).toContain('answered 401. Send one of the gate’s tokens as a bearer token.');
		expect(ran.said).not.toContain('an-old-token');
		expect(asked).toEqual([]);
	});

	it.each<readonly [string, RequestListener]>([
		['a page of somebody else’s', (_request, response) => response.end('<h1>It works!</h1>')],
		['JSON of somebody else’s', (_request, response) => response.end('{"verdict":"yes"}')],
		[
			'go, but with an error’s status',
			(_request, response) => response.writeHead(500).end('{"verdict":"go","reason":"x","sentence":"x"}'),
		],
		['a hang-up', (request) => request.socket.destroy()],
	])('where it gets %s', async (_what, listener) => {
		expect((await ask(await startOther(listener))).code).toBe(3);
	});

	it('where the gate cannot reach the record', async () => {
		const url = await startOther((_request, response) => {
			response.writeHead(503).end('{"verdict":"hold","reason":"could-not-answer","sentence":"The record is down."}');
		});
		const ran = await ask(url);
		expect(ran.code).toBe(3);
		expect(ran.said).toContain('The record is down.');
	});

	it('where the answer takes longer than a pipeline waits', async () => {
		const never = AbortSignal.timeout(50);
		const timeout = vi.spyOn(AbortSignal, 'timeout').mockReturnValue(never);
		const ran = await ask(await startOther(() => {}));
		expect(timeout).toHaveBeenCalledWith(15_000);
		expect(ran.code).toBe(3);
	});

	it('where the address is none', async () => {
		expect((await ask('not an address')).code).toBe(3);
	});
});
