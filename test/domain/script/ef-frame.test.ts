import {describe, expect, test} from 'vitest';
import {isRefusal, type RefusalCode} from '../../../src/domain/refusal.ts';
import {migrationOf, type EfFrame} from '../../../src/domain/script/ef-frame.ts';
import {efScript, efVersions, type EfScript, type EfVersion} from '../../support/ef-script.ts';
import {readOrThrow, tryRead} from '../../support/read-ef-script.ts';

const first = {id: '20260101000000_First', statements: ['CREATE TABLE orders (id int PRIMARY KEY)']};
const second = {
	id: '20260102000000_Second',
	statements: ['ALTER TABLE orders ADD note text', "INSERT INTO orders VALUES (1, 'é')"],
};

function frameOf(script: Partial<EfScript> & {version: EfVersion}): EfFrame {
	return readOrThrow(efScript({migrations: [first, second], ...script})).frame;
}

function refusalOf(text: string | Uint8Array): {readonly code: RefusalCode; readonly sentence: string} | null {
	const read = tryRead(text);
	return isRefusal(read) ? {code: read.code, sentence: read.sentence} : null;
}

describe('recogniseFrame', () => {
	test.each([
		['3.1', '$$', 'none', '3.1.32', false],
		['5.0', '$$', 'per-migration', '5.0.7', true],
		['8', '$EF$', 'per-migration', '8.0.8', true],
		['9', '$EF$', 'whole-script', '9.0.4', true],
		['10', '$EF$', 'per-migration', '10.0.3', true],
	] as const)('reads EF %s', (version, blockTag, transactions, productVersion, whollyInOneTransaction) => {
		expect(frameOf({version})).toMatchObject({
			historyTable: '"__EFMigrationsHistory"',
			historyColumn: 'MigrationId',
			productVersionColumn: 'ProductVersion',
			blockTag,
			transactions,
			direction: 'up',
			migrations: [
				{id: first.id, productVersion, whollyInOneTransaction},
				{id: second.id, productVersion, whollyInOneTransaction},
			],
		});
	});

	test.each(efVersions)(
		'reads EF %s with CRLF, without BOM, without the history table, custom table and columns',
		(version) => {
			const frame = frameOf({
				version,
				crlf: true,
				bom: false,
				withoutHistoryDdl: true,
				historyTable: 'inventory."__EFMigrationsHistory"',
				columns: {id: 'migration_id', version: 'product_version'},
			});
			expect(frame).toMatchObject({
				historyTable: 'inventory."__EFMigrationsHistory"',
				historyColumn: 'migration_id',
				productVersionColumn: 'product_version',
			});
			expect(frame.migrations.map(({id}) => id)).toEqual([first.id, second.id]);
		},
	);

	test.each(efVersions)('reads a down script of EF %s', (version) => {
		const frame = frameOf({version, down: true, migrations: [second, first]});
		expect(frame.direction).toBe('down');
		expect(frame.migrations.map(({id, productVersion}) => [id, productVersion])).toEqual([
			[second.id, null],
			[first.id, null],
		]);
	});

	test('reads an unquoted history table and its schema', () => {
		expect(frameOf({version: '3.1', historyTable: 'whetstone.efmigrationhistory'}).historyTable).toBe(
			'whetstone.efmigrationhistory',
		);
	});

	test('tells where each migration begins, in the lines of the file', () => {
		const bytes = efScript({version: '10', migrations: [first, second], crlf: true});
		const lines = bytes.toString('utf8').split('\r\n');
		const {migrations} = readOrThrow(bytes).frame;
		expect(migrations.map(({line}) => lines[line - 1])).toEqual([
			expect.stringContaining(first.id),
			expect.stringContaining(second.id),
		]);
	});

	test('--no-transactions leaves no migration wholly in one transaction', () => {
		const frame = frameOf({version: '10', noTransactions: true});
		expect(frame.transactions).toBe('none');
		expect(frame.migrations.map(({whollyInOneTransaction}) => whollyInOneTransaction)).toEqual([false, false]);
	});

	test('a COMMIT in the middle breaks only the migration it stands in', () => {
		const suppressed = {id: second.id, statements: [{sql: 'VACUUM orders', suppressTransaction: true as const}]};
		const frame = frameOf({version: '10', migrations: [first, suppressed]});
		expect(frame.migrations.map(({whollyInOneTransaction}) => whollyInOneTransaction)).toEqual([true, false]);
	});

	test('with EF 9 a COMMIT in the middle splits the one transaction, and the migrations around it stay whole', () => {
		const suppressed = {id: second.id, statements: [{sql: 'VACUUM orders', suppressTransaction: true as const}]};
		const third = {id: '20260103000000_Third', statements: []};
		const frame = frameOf({version: '9', migrations: [first, suppressed, third]});
		expect(frame.transactions).toBe('whole-script');
		expect(frame.migrations.map(({whollyInOneTransaction}) => whollyInOneTransaction)).toEqual([true, false, true]);
	});

	test('a migration of comments only is a migration', () => {
		const frame = frameOf({version: '10', migrations: [{id: first.id, statements: ['-- nothing to do']}]});
		expect(frame.migrations.map(({id}) => id)).toEqual([first.id]);
	});

	test('conditions of people’s own, nested or on the catalogs, are no guards of EF', () => {
		const nested =
			"IF NOT EXISTS(SELECT 1 FROM roles WHERE name = 'admin') THEN INSERT INTO roles VALUES ('admin'); END IF;";
		const {script, frame} = readOrThrow(efScript({version: '10', migrations: [{id: first.id, statements: [nested]}]}));
		expect(frame.migrations).toHaveLength(1);
		const insert = script.statements.find(({text}) => text.includes('INTO roles'));
		expect(insert).toMatchObject({conditions: ["IF NOT EXISTS(SELECT 1 FROM roles WHERE name = 'admin')"]});
		expect(insert === undefined ? null : migrationOf(insert, frame)).toBe(first.id);
	});

	test('what stands in the ELSE of a guard is not guarded', () => {
		const text = efScript({version: '10', migrations: [first]})
			.toString('utf8')
			.replace('    END IF;', '    ELSE\n    DELETE FROM orders;\n    END IF;');
		const {script, frame} = readOrThrow(text);
		const remove = script.statements.find(({tag}) => tag === 'DELETE');
		expect(remove === undefined ? 'absent' : migrationOf(remove, frame)).toBeNull();
	});

	test('refuses SQL without guards and says how to generate a script', () => {
		expect(refusalOf('CREATE TABLE a (id int);')).toEqual({
			code: 'script-not-ef',
			sentence: expect.stringContaining('dotnet ef migrations script --idempotent'),
		});
	});

	test('refuses a script that holds the history table’s DDL only', () => {
		expect(refusalOf(efScript({version: '10', migrations: []}))?.code).toBe('script-not-ef');
	});

	test('tells a script made without --idempotent from other SQL', () => {
		const text = `START TRANSACTION;\nCREATE TABLE a (id int);\nINSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion")\nVALUES ('20260101000000_A', '10.0.3');\nCOMMIT;`;
		expect(refusalOf(text)).toEqual({
			code: 'script-not-ef',
			sentence: expect.stringContaining('without --idempotent: it writes the migration history at line 3'),
		});
	});

	test('refuses two histories in one file, with the line of each', () => {
		const other = efScript({
			version: '10',
			bom: false,
			migrations: [first],
			historyTable: 'billing."__EFMigrationsHistory"',
		});
		const text = Buffer.concat([efScript({version: '10', migrations: [first]}), other]);
		expect(refusalOf(text)).toEqual({
			code: 'script-mixed-histories',
			sentence: expect.stringMatching(
				/"__EFMigrationsHistory" .*line 11 and billing\."__EFMigrationsHistory" .*line \d+/u,
			),
		});
	});

	test('refuses a file that applies and reverts', () => {
		const down = efScript({version: '10', bom: false, migrations: [first], down: true});
		expect(refusalOf(Buffer.concat([efScript({version: '10', migrations: [first]}), down]))).toEqual({
			code: 'script-not-ef',
			sentence: expect.stringContaining('the guard turns round'),
		});
	});
});
