import {afterEach, describe, expect, test} from 'vitest';
import {createScriptReader, type ScriptReaderOptions} from '../../../src/adapters/sql/reader.ts';
import type {ScriptReader} from '../../../src/operations/ports/script-reader.ts';
import {efScript} from '../../support/ef-script.ts';

const good = efScript({
	version: '10',
	migrations: [{id: '20260101000000_First', statements: ['CREATE TABLE a (id int)']}],
});

/** About 5 MB of blocks: seconds of work. */
function longScript(): Buffer {
	const statements = Array.from(
		{length: 16_000},
		(_value, index) => `ALTER TABLE t${index} ADD a${index} text, ADD b text, ADD c text`,
	);
	return efScript({version: '10', migrations: [{id: '20260101000000_Long', statements}]});
}

describe('createScriptReader', () => {
	const readers: ScriptReader[] = [];

	function reader(options?: ScriptReaderOptions): ScriptReader {
		const created = createScriptReader(options);
		readers.push(created);
		return created;
	}

	afterEach(async () => {
		await Promise.all(readers.splice(0).map((item) => item.close()));
	});

	test('reads one script after the other, each as plain data', async () => {
		const scripts = reader();
		const [first, second] = await Promise.all([scripts.read(good), scripts.read(Buffer.from('SELEC 1'))]);
		expect(first).toMatchObject({kind: 'script', frame: {migrations: [{id: '20260101000000_First'}]}});
		expect(JSON.parse(JSON.stringify(first))).toEqual(first);
		expect(second).toMatchObject({kind: 'refusal', code: 'script-not-sql'});
	});

	test('leaves the caller’s bytes alone', async () => {
		const bytes = Uint8Array.from(good);
		await reader().read(bytes);
		expect(Buffer.compare(bytes, good)).toBe(0);
	});

	test('refuses a file above its limit without reading it', async () => {
		expect(await reader({maxBytes: 100}).read(good)).toMatchObject({code: 'script-too-large'});
	});

	test('gives a script up that takes too long, and reads the next one', async () => {
		const scripts = reader({timeLimitMs: 1500});
		expect(await scripts.read(longScript())).toMatchObject({kind: 'refusal', code: 'script-too-slow'});
		expect(await scripts.read(good)).toMatchObject({kind: 'script'});
	});

	test('the process stays responsive while a script is read', async () => {
		const scripts = reader({timeLimitMs: 1000});
		await scripts.read(good);
		const script = longScript();
		let longest = 0;
		let last = performance.now();
		const timer = setInterval(() => {
			longest = Math.max(longest, performance.now() - last);
			last = performance.now();
		}, 5);
		await scripts.read(script);
		clearInterval(timer);
		expect(longest).toBeLessThan(300);
	});

	test.each([
		['parentheses', `SELECT ${'('.repeat(100_000)}1${')'.repeat(100_000)};`],
		['a sum', `SELECT ${'1+'.repeat(200_000)}1;`],
		['blocks', `DO $$ BEGIN ${'IF a THEN '.repeat(20_000)} NULL; ${'END IF; '.repeat(20_000)} END $$;`],
	])('%s nested beyond all measure are refused, and the next script is read', async (_name, text) => {
		const scripts = reader();
		expect(await scripts.read(Buffer.from(text))).toMatchObject({
			kind: 'refusal',
			code: expect.stringMatching(/^script-(?:not-sql|too-slow|not-ef)$/u),
		});
		expect(await scripts.read(good)).toMatchObject({kind: 'script'});
	});

	test('random bytes are refused and never crash it', async () => {
		const scripts = reader();
		let seed = 42;
		for (let round = 0; round < 50; round += 1) {
			const bytes = Uint8Array.from({length: 200}, () => {
				seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
				return seed % 256;
			});
			expect(await scripts.read(bytes)).toMatchObject({kind: 'refusal'});
		}
	});

	test('reads again after close', async () => {
		const scripts = reader();
		await scripts.read(good);
		await scripts.close();
		expect(await scripts.read(good)).toMatchObject({kind: 'script'});
	});
});
