import {describe, expect, test} from 'vitest';

import {parseDatabaseUrl} from '../../src/cli/review/database-url.ts';

const usual = {
	host: 'db.example',
	port: 5432,
	user: 'reviewer',
	password: '',
	database: 'shop',
	ssl: 'prefer',
	connectTimeoutMs: 10_000,
};

describe('the address of a database', () => {
	test.each<{
		readonly text: string;
		readonly address: object;
		readonly env?: Readonly<Record<string, string>>;
	}>([
		{text: 'postgresql://reviewer@db.example/shop', address: usual},
		{text: 'postgres://reviewer@db.example:6432/shop', address: {...usual, port: 6432}},
		{text: 'postgresql://reviewer:p%40ss%2Fw%3Aord@db.example/shop', address: {...usual, password: 'p@ss/w:ord'}},
		{text: 'postgresql://db.example', address: {...usual, user: 'me', database: 'me'}},
		{text: 'postgresql://db.example/shop', address: {...usual, user: 'other'}, env: {PGUSER: 'other'}},
		{text: 'postgresql:///shop', address: {...usual, host: 'localhost', user: 'me'}},
		{text: 'postgresql://reviewer@[::1]/shop', address: {...usual, host: '::1'}},
		{
			text: 'postgresql:///shop?host=/run/postgresql&user=reviewer',
			address: {...usual, host: '/run/postgresql', ssl: null},
		},
		{text: 'postgresql://reviewer@db.example/shop?sslmode=disable', address: {...usual, ssl: null}},
		{
			text: 'postgresql://reviewer@db.example/shop',
			address: {...usual, ssl: {mode: 'require', caFile: null}},
			env: {PGSSLMODE: 'require'},
		},
		{
			text: 'postgresql://reviewer@db.example/shop?sslmode=verify-full&sslrootcert=/ca.pem&connect_timeout=3',
			address: {...usual, ssl: {mode: 'verify-full', caFile: '/ca.pem'}, connectTimeoutMs: 3000},
		},
	])('$text', ({text, address, env = {}}) => {
		expect(parseDatabaseUrl(text, env, 'me')).toEqual(address);
	});

	test.each([
		'shop',
		'',
		'mysql://reviewer:sesame@db.example/shop',
		'host=db.example password=sesame',
		'postgresql://reviewer:12#sesame@db.example/shop',
		'postgresql://reviewer:12/sesame@db.example/shop',
		'postgresql://reviewer:12?sesame@db.example/shop',
		'postgresql://reviewer:12/sesame/shop',
		'postgresql://reviewer:sesame%@db.example/shop',
		'postgresql://reviewer:sesame@db.example:0/shop',
		'postgresql://reviewer:sesame@db.example:99999/shop',
		'postgresql://reviewer@db.example/shop?sslmode=sesame',
		'postgresql://reviewer@db.example/shop?sesame=1',
		'postgresql://reviewer@db.example/shop?connect_timeout=sesame',
	])('%s is none, and the sentence repeats nothing of it', (text) => {
		const parsed = parseDatabaseUrl(text, {}, 'me');
		expect(parsed).toEqual({kind: 'unusable', sentence: expect.stringMatching(/\.$/u)});
		expect(JSON.stringify(parsed)).not.toMatch(/sesame|reviewer|12/u);
	});
});
