import {describe, expect, test} from 'vitest';
import {parseTableName, tableText} from '../../../src/domain/script/schema-change.ts';

describe('table names', () => {
	test.each([
		['"__EFMigrationsHistory"', {schema: null, name: '__EFMigrationsHistory'}],
		['inventory."__EFMigrationsHistory"', {schema: 'inventory', name: '__EFMigrationsHistory'}],
		['Whetstone.EfHistory', {schema: 'whetstone', name: 'efhistory'}],
		['"a""b" . "c.d"', {schema: 'a"b', name: 'c.d'}],
		['"größe"', {schema: null, name: 'größe'}],
		['a; DROP TABLE b', null],
		['', null],
		['a.b.c', null],
	])('reads %s', (text, name) => {
		expect(parseTableName(text)).toEqual(name);
	});

	test.each([
		[{schema: null, name: 'orders'}, 'orders'],
		[{schema: 'shop', name: 'Orders'}, 'shop."Orders"'],
		[{schema: 'a"b', name: 'c'}, '"a""b".c'],
	])('writes %s', (table, text) => {
		expect(tableText(table)).toBe(text);
	});
});
