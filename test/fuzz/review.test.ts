import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {beforeAll, afterAll, describe, expect, test} from 'vitest';
import {historyOf} from '../../src/domain/script/ef-frame.ts';
import type {ScriptStatement} from '../../src/domain/script/parsed-script.ts';
import type {ReadScript} from '../../src/operations/ports/script-reader.ts';
import {ownPostgres} from '../support/databases.ts';
import {readOrThrow} from '../support/read-ef-script.ts';
import {fuzz} from './fuzz-run.ts';
import {knownGoodScripts} from './known-good-scripts.ts';
import {openScratchServer, tellingSettings, type ScratchServer, type ServerRun} from './scratch-server.ts';
import {compareWithServer} from './server-oracle.ts';
import {asHandedOver, shapeKey, shapeOf} from './statement-shape.ts';

/** A fixed part for every run; `npm run fuzz` does more. */
const cases = 200;
const seed = 20_260_101;

const directory = mkdtempSync(path.join(tmpdir(), 'fuzz-'));
let server: ScratchServer;

beforeAll(async () => {
	const postgres = await ownPostgres({settings: tellingSettings});
	server = await openScratchServer(postgres, directory);
});

afterAll(async () => {
	await server.close();
	rmSync(directory, {recursive: true});
});

describe.each(knownGoodScripts)('a script of EF $version that runs to its end', ({bytes, ids}) => {
	let read: ReadScript;
	let run: ServerRun;

	beforeAll(async () => {
		read = readOrThrow(bytes);
		run = await runOn(read, bytes, []);
	});

	test('runs all that the review tells, and nothing else', () => {
		expect(run).toMatchObject({exitCode: 0, errors: ''});
		expect(compareWithServer(read, [], run.statements)).toEqual({unseen: [], dynamic: 0});
		const ran = new Set(run.statements.map(({text}) => shapeKey(shapeOf(text))));
		const unrun = read.script.statements.filter(({text}) => !ran.has(shapeKey(asHandedOver(shapeOf(text)))));
		expect(unrun.filter(({tag}) => tag !== 'EXPRESSION').map(({text}) => text)).toEqual([]);
	});

	test('would betray a review that left out any one of its statements', () => {
		const {statements} = read.script;
		const betrayed = statements.filter((left) => {
			const blind = withStatements(read, withoutLike(statements, left));
			return compareWithServer(blind, [], run.statements).unseen.length > 0;
		});
		expect(statements.filter((statement) => !betrayed.includes(statement)).map(({text}) => text)).toEqual([]);
	});

	test('would betray a review that takes for applied what runs', () => {
		const {unseen} = compareWithServer(read, ids, run.statements);
		expect(new Set(unseen.map(({kind}) => kind))).toEqual(new Set(['applied']));
		expect(unseen.map(({text}) => text)).toContain('ALTER TABLE orders ADD carrier text');
	});

	test('runs nothing of what is applied', async () => {
		const [applied = ''] = ids;
		const {statements} = await runOn(read, bytes, [applied]);
		expect(compareWithServer(read, [applied], statements).unseen).toEqual([]);
		expect(statements.some(({text}) => text.startsWith('CREATE INDEX ix_parcels'))).toBe(false);
	});
});

test(`${cases} mutated scripts: no crash, no hang, nothing runs that the review does not tell (seed ${seed})`, async () => {
	const {counts, failure} = await fuzz({cases, seed, corpus: [], server});
	expect(failure).toBeNull();
	expect(counts.executed).toBeGreaterThan(cases * 0.3);
});

async function runOn({frame}: ReadScript, bytes: Buffer, ids: readonly string[]): Promise<ServerRun> {
	const run = await server.run(bytes, {
		table: historyOf(frame),
		idColumn: frame.historyColumn,
		versionColumn: frame.productVersionColumn,
		ids,
	});
	if (run === null) throw new Error('the history cannot be made');
	return run;
}

/** A statement that stands twice is left out twice: the server's list shows it once. */
function withoutLike(statements: readonly ScriptStatement[], left: ScriptStatement): readonly ScriptStatement[] {
	const key = shapeKey(shapeOf(left.text));
	return statements.filter(({text}) => shapeKey(shapeOf(text)) !== key);
}

function withStatements(read: ReadScript, statements: readonly ScriptStatement[]): ReadScript {
	return {...read, script: {...read.script, statements}};
}
