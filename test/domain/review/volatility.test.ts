import pg from 'pg';
import {describe, expect, test} from 'vitest';
import {
	steadyFunctions,
	volatileFunctions,
	volatilityOf,
	worstVolatility,
} from '../../../src/domain/review/volatility.ts';
import {createDatabase} from '../../support/databases.ts';

describe('a function', () => {
	test.each([
		['gen_random_uuid', 'volatile'],
		['public.uuid_generate_v4', 'volatile'],
		['pg_catalog.nextval', 'volatile'],
		['now', 'steady'],
		['pg_catalog.now', 'steady'],
		['shop.now', 'unknown'],
		['next_number', 'unknown'],
	])('%s is %s', (call, expected) => {
		expect(volatilityOf(call)).toBe(expected);
	});

	test('the worst of several counts', () => {
		expect(worstVolatility(['now', 'number', 'random'])).toEqual({call: 'random', sure: true});
		expect(worstVolatility(['now', 'number'])).toEqual({call: 'number', sure: false});
		expect(worstVolatility(['now', 'lower'])).toBeNull();
		expect(worstVolatility([])).toBeNull();
	});
});

describe('a server’s catalogue', () => {
	test('says the same of the functions that it has', async () => {
		const database = await createDatabase();
		const client = new pg.Client({connectionString: database.url});
		await client.connect();
		const sql = `SELECT proname AS name, bool_or(provolatile = 'v') AS volatile FROM pg_proc
			WHERE pronamespace = 'pg_catalog'::regnamespace AND proname = ANY ($1) GROUP BY proname ORDER BY proname`;
		const ask = async (names: ReadonlySet<string>): Promise<readonly {name: string; volatile: boolean}[]> =>
			(await client.query<{name: string; volatile: boolean}>(sql, [[...names]])).rows;
		const [steady, changing] = [await ask(steadyFunctions), await ask(volatileFunctions)];
		await client.end();
		expect(steady.length).toBeGreaterThan(80);
		expect(steady.filter(({volatile}) => volatile)).toEqual([]);
		expect(changing.length).toBeGreaterThan(5);
		expect(changing.filter(({volatile}) => !volatile)).toEqual([]);
	});
});
