import {describe, expect, test} from 'vitest';
import type {EfFrame} from '../../../src/domain/script/ef-frame.ts';
import {expectedHistory, pendingMigrations, settledMigrations} from '../../../src/domain/script/pending.ts';

function frame(direction: EfFrame['direction'], ...ids: readonly string[]): EfFrame {
	return {
		historyTable: '"__EFMigrationsHistory"',
		historyColumn: 'MigrationId',
		productVersionColumn: 'ProductVersion',
		blockTag: '$EF$',
		transactions: 'per-migration',
		direction,
		migrations: ids.map((id, index) => ({id, productVersion: null, line: index + 1, whollyInOneTransaction: true})),
	};
}

describe('pending migrations', () => {
	test.each([
		['up, nothing applied', frame('up', 'A', 'B'), [], ['A', 'B'], [], ['A', 'B']],
		['up, one applied', frame('up', 'A', 'B'), ['A'], ['B'], ['A'], ['A', 'B']],
		['up, the target knows more', frame('up', 'B'), ['A', 'C'], ['B'], [], ['A', 'B', 'C']],
		['up, all applied', frame('up', 'A'), ['A'], [], ['A'], ['A']],
		['down, both there', frame('down', 'B', 'A'), ['A', 'B', 'Z'], ['B', 'A'], [], ['Z']],
		['down, one there', frame('down', 'B', 'A'), ['A'], ['A'], ['B'], []],
		['down, none there', frame('down', 'A'), [], [], ['A'], []],
		['sorted by code unit', frame('up', 'b', 'B', 'a'), [], ['b', 'B', 'a'], [], ['B', 'a', 'b']],
	])('%s', (_name, script, applied, pending, settled, expected) => {
		expect(pendingMigrations(script, applied).map(({id}) => id)).toEqual(pending);
		expect(settledMigrations(script, applied).map(({id}) => id)).toEqual(settled);
		expect(expectedHistory(script, applied)).toEqual(expected);
	});
});
