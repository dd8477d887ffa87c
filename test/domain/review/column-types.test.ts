import pg from 'pg';
import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {isTimeZoneChange, textLimit, typeChange, type TypeChange} from '../../../src/domain/review/column-types.ts';
import {createDatabase} from '../../support/databases.ts';

const changes: readonly (readonly [from: string, to: string, expected: TypeChange])[] = [
	['integer', 'int4', 'none'],
	['int', 'INTEGER', 'none'],
	['int', 'pg_catalog.int4', 'none'],
	['int', '"int4"', 'none'],
	['bool', 'boolean', 'none'],
	['decimal(10, 2)', 'numeric(10,2)', 'none'],
	['timestamptz', 'timestamp with time zone', 'none'],
	['timestamp (3) without time zone', 'timestamp(3)', 'none'],
	['float', 'double precision', 'none'],
	['float(20)', 'real', 'none'],
	['int[]', 'integer ARRAY', 'none'],
	['text[]', 'text [ ]', 'none'],
	['char', 'character(1)', 'none'],
	['character varying(10)', 'varchar(20)', 'none'],
	['varchar(10)', 'varchar', 'none'],
	['varchar(10)', 'text', 'none'],
	['text', 'varchar', 'none'],
	['varbit(5)', 'bit varying(10)', 'none'],
	['varbit(5)', 'varbit', 'none'],
	['numeric(10,2)', 'numeric(12,2)', 'none'],
	['numeric(10,2)', 'numeric', 'none'],
	['numeric(10)', 'numeric(12,0)', 'none'],
	['timestamp(3)', 'timestamp', 'none'],
	['timestamp', 'timestamp(6)', 'none'],
	['timestamptz(3)', 'timestamptz(4)', 'none'],
	['time(3)', 'time(6)', 'none'],
	['timetz(3)', 'time with time zone', 'none'],
	['interval(3)', 'interval', 'none'],
	['cidr', 'inet', 'none'],
	['xml', 'text', 'none'],
	['varchar(20)', 'varchar(10)', 'rewrite'],
	['varchar', 'varchar(10)', 'rewrite'],
	['text', 'varchar(10)', 'rewrite'],
	['char(5)', 'char(10)', 'rewrite'],
	['char(5)', 'text', 'rewrite'],
	['numeric', 'numeric(10,2)', 'rewrite'],
	['numeric(10,2)', 'numeric(12,3)', 'rewrite'],
	['numeric(12,2)', 'numeric(10,2)', 'rewrite'],
	['int', 'bigint', 'rewrite'],
	['bigint', 'int', 'rewrite'],
	['int', 'numeric', 'rewrite'],
	['real', 'double precision', 'rewrite'],
	['varbit(10)', 'varbit(5)', 'rewrite'],
	['bit(5)', 'varbit(5)', 'rewrite'],
	['timestamp', 'timestamp(3)', 'rewrite'],
	['timestamp', 'timestamptz', 'rewrite'],
	['timestamptz', 'timestamp', 'rewrite'],
	['date', 'timestamp', 'rewrite'],
	['inet', 'cidr', 'rewrite'],
	['json', 'jsonb', 'rewrite'],
	['uuid', 'text', 'rewrite'],
	['varchar(10)[]', 'varchar(20)[]', 'rewrite'],
	['int[]', 'bigint[]', 'rewrite'],
];

const unknown: readonly (readonly [from: string | null, to: string])[] = [
	[null, 'text'],
	['mood', 'text'],
	['text', 'citext'],
	['text', 'public.mood'],
	['"Mood"', 'mood'],
	['"char"', 'char'],
];

describe('a change of type', () => {
	test.each(changes)('from %s to %s: %s', (from, to, expected) => {
		expect(typeChange(from, to, false)).toBe(expected);
	});

	test.each(unknown)('from %s to %s is for the target to say', (from, to) => {
		expect(typeChange(from, to, false)).toBe('unknown');
	});

	test('to the very same type of one’s own changes nothing', () => {
		expect(typeChange('shop."Mood"', 'shop."Mood"', false)).toBe('none');
	});

	test('with USING may do more than the types tell', () => {
		expect(typeChange('varchar(10)', 'text', true)).toBe('unknown');
		expect(typeChange('int', 'bigint', true)).toBe('rewrite');
	});
});

describe('a server', () => {
	let client: pg.Client;

	beforeAll(async () => {
		const database = await createDatabase();
		client = new pg.Client({connectionString: database.url});
		await client.connect();
		await client.query("SET TimeZone = 'Europe/Berlin'");
	});
	afterAll(() => client.end());

	async function file(): Promise<string> {
		const {rows} = await client.query<{file: string}>("SELECT pg_relation_filenode('probe')::text AS file");
		return rows[0]?.file ?? '';
	}

	// A rewritten table gets a new file.
	test.each(changes)('says of %s to %s: %s', async (from, to, expected) => {
		await client.query('DROP TABLE IF EXISTS probe');
		await client.query(`CREATE TABLE probe (c ${from})`);
		const before = await file();
		await client.query(`ALTER TABLE probe ALTER COLUMN c TYPE ${to} USING c::${to}`);
		expect((await file()) === before ? 'none' : 'rewrite').toBe(expected);
	});
});

test.each([
	['timestamp', 'timestamptz', true],
	['timestamp with time zone', 'timestamp without time zone', true],
	['timestamp', 'timestamp(3)', false],
	['date', 'timestamptz', false],
	[null, 'timestamptz', false],
])('from %s to %s the session’s time zone matters: %s', (from, to, expected) => {
	expect(isTimeZoneChange(from, to)).toBe(expected);
});

test.each([
	['text', 'varchar(10)', 10],
	['varchar(20)', 'character varying(10)', 10],
	[null, 'varchar(10)', 10],
	['integer', 'varchar(10)', null],
	['text', 'varchar', null],
	['text[]', 'varchar(10)[]', null],
])('from %s to %s a CHECK could limit the length to %s', (from, to, expected) => {
	expect(textLimit(from, to)).toBe(expected);
});
