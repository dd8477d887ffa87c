import {expect, test} from 'vitest';
import {parseTableName, quoteTable} from '../../../src/adapters/target/identifiers.ts';

test.each([
	['"__EFMigrationsHistory"', null, '__EFMigrationsHistory'],
	['inventory."__EFMigrationsHistory"', 'inventory', '__EFMigrationsHistory'],
	['whetstone.efmigrationhistory', 'whetstone', 'efmigrationhistory'],
	['Whetstone.EfHistory', 'whetstone', 'efhistory'],
	['"a""b"."c.d"', 'a"b', 'c.d'],
	['"x; DROP TABLE y"', null, 'x; DROP TABLE y'],
])('reads %s', (text, schema, name) => {
	expect(parseTableName(text)).toEqual({schema, name});
});

test.each([
	'',
	'""',
	'"a',
	'a b',
	'a.b.c',
	'a; DROP TABLE b',
	'a--',
	'U&"a"',
	'"a"b',
	'"a" ',
	'a.',
	'.a',
	'1a',
	"'a'",
	'"a\0b"',
	'"a"\n',
	'(SELECT 1)',
])('refuses %j', (text) => {
	expect(() => parseTableName(text)).toThrow(/not the name of a table/);
});

test('quotes every part anew', () => {
	expect(quoteTable({schema: 'a"b', name: 'c.d'})).toBe('"a""b"."c.d"');
});
