import {randomUUID} from 'node:crypto';
import {expect, test} from 'vitest';
import {fenceScript} from '../../../src/adapters/target/fence.ts';
import {openNamelessFile} from '../../../src/platform/nameless-file.ts';
import {type ChildResult, runChild} from '../../../src/platform/child-process.ts';
import {libpqEnvironment, openPasswordFile} from '../../../src/platform/postgres-connection.ts';
import {databaseServer} from '../../support/databases.ts';
import {createProduction, type Production} from './production.ts';

test("the deadline counts by the target's own clock", async () => {
	const shop = await createProduction();
	expect(await runFence(shop, {deadlineMs: Date.now() - 1000})).toMatchObject({
		exitCode: 3,
		stderr: expect.stringContaining('LS002'),
	});
	expect(await runFence(shop, {deadlineMs: Date.now() + 60_000})).toMatchObject({
		exitCode: 0,
		stderr: expect.stringMatching(/^passed\w+ \d+ [\d.]+\n$/),
	});
});

test('a name that tries to end the quotation stays a name', async () => {
	const shop = await createProduction();
	const {expectations} = await shop.request('');
	const hostile = `x$$ $passed$ ' :'HOST' \\ ; DROP TABLE "__EFMigrationsHistory"; --'`;
	const result = await runFence(shop, {
		expectations: {
			...expectations,
			emptyTables: [{schema: null, name: hostile}],
			smallTables: [{table: {schema: hostile, name: '%s %'}, below: 10}],
			history: {table: `"${hostile.replaceAll('"', '""')}"`, migrationIdColumn: hostile, productVersionColumn: hostile},
			appliedIds: [hostile],
		},
	});
	expect(result.stderr).toContain('LS004');
	expect(await shop.target.history((await shop.request('')).expectations.history)).toHaveLength(1);
});

async function runFence(shop: Production, changed: Partial<Parameters<typeof fenceScript>[0]>): Promise<ChildResult> {
	const fence = fenceScript({
		...(await shop.request('')),
		deadlineMs: Date.now() + 60_000,
		serverVersion: 150_000,
		marker: `passed${randomUUID().replaceAll('-', '')}`,
		restrictKey: null,
		quiet: true,
		...changed,
	});
	const files = [await openPasswordFile(shop.settings), await openNamelessFile(fence)];
	try {
		return await runChild({
			file: `${(await databaseServer()).binDirectory}/psql`,
			args: ['-X', '-q', '--set=ON_ERROR_STOP=1', '--set=VERBOSITY=verbose', '--file=/dev/fd/4'],
			env: libpqEnvironment(shop.settings, 'lockstep'),
			files,
		});
	} finally {
		for (const file of files) await file.close();
	}
}
