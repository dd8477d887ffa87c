import {existsSync, readdirSync} from 'node:fs';
import {readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, test} from 'vitest';
import {isRefusal} from '../../../src/domain/refusal.ts';
import {tryRead} from '../../support/read-ef-script.ts';
import {createShop, efHistory, type RehearsedShop} from './rehearsing.ts';

/** Public scripts that lie beside the checkout, or where the environment says; without any, this is skipped. */
const folder = process.env['LOCKSTEP_CORPUS'] ?? fileURLToPath(new URL('../../../../shared/corpus', import.meta.url));
const scripts = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.sql')) : [];

/** By their numbers: those that an empty database takes. The others need what is not in them, or are wrong. */
const replayable = new Set(['02', '04', '06', '07', '09', '11', '26', '27', '28', '32']);

let empty: RehearsedShop;

describe.runIf(scripts.length > 0)(
	`public scripts, rehearsed from empty (skipped where ${folder} is not there)`,
	() => {
		beforeAll(async () => {
			empty = await createShop(null);
		});

		test.each(scripts.filter((name) => replayable.has(name.slice(0, 2))))('%s passes', async (name) => {
			const bytes = await readFile(path.join(folder, name));
			const rehearsal = await empty.rehearse(bytes, {history: historyOf(bytes)});
			expect(rehearsal).toMatchObject({kind: 'passed', writesRunAgain: []});
			if (rehearsal.kind !== 'passed') return;
			console.log(`${name}: ${rehearsal.effects.length} effects, ${rehearsal.historyAfter.length} migrations`);
		});

		test.each(scripts.filter((name) => !replayable.has(name.slice(0, 2))))(
			'%s fails, and the statement is told',
			async (name) => {
				const bytes = await readFile(path.join(folder, name));
				const rehearsal = await empty.rehearse(bytes, {history: historyOf(bytes)});
				expect(rehearsal).toMatchObject({
					kind: 'failed',
					error: {sqlState: expect.stringMatching(/^\w{5}$/), line: expect.any(Number), statement: expect.any(String)},
				});
				if (rehearsal.kind !== 'failed') return;
				const {line, message, statement} = rehearsal.error;
				console.log(`${name}:${line}: ${message}: ${statement?.split('\n')[0]?.slice(0, 100)}`);
			},
		);
	},
);

function historyOf(bytes: Uint8Array): typeof efHistory {
	const read = tryRead(bytes);
	if (isRefusal(read)) return efHistory;
	const {historyTable, historyColumn, productVersionColumn} = read.frame;
	return {table: historyTable, migrationIdColumn: historyColumn, productVersionColumn};
}
