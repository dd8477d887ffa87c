import {describe, expect, it} from 'vitest';
import {comparedWithDrill, type Drill, drillSentence, keptDrill, stoppedForLack} from '../../src/domain/drill.ts';
import type {LeftOut, PassError} from '../../src/domain/rehearsal.ts';

const report = {
	at: 1,
	backup: 'pre-migration-20260301T101500Z-MR-42.dump',
	serverVersion: '15.18',
	restoredInMs: 41_000,
	tablesCompared: 12,
	rowsRestored: 1_230_000,
	leftOut: [],
	scriptMs: 3100,
};

function error(changed: Partial<PassError>): PassError {
	return {sqlState: '23502', message: 'no', line: 3, statement: null, mayBeForLackOfRows: false, ...changed};
}

describe('what a drill says', () => {
	it.each<[string, Drill]>([
		[
			'Restored in 41 s, 12 tables and 1.2 million rows as the manifest counts them. The script took 3.1 s there: expect about as long.',
			{kind: 'passed', ...report},
		],
		[
			'Restored in 0.4 s; its manifest counts no rows to compare with. The script took 3 min 5 s there: expect about as long.',
			{kind: 'passed', ...report, restoredInMs: 400, tablesCompared: 0, rowsRestored: 0, scriptMs: 185_000},
		],
		[
			'On the restored backup the script stopped at line 3 (ALTER TABLE a): column "b" contains null values (SQLSTATE 23502).',
			{
				kind: 'script-failed',
				...report,
				error: error({
					message: 'column "b" contains null values',
					statement: '\n  ALTER TABLE a\n  ALTER b SET NOT NULL',
				}),
			},
		],
		[
			'On the restored backup the script stopped: The script was stopped: it ran longer than 5 s.',
			{
				kind: 'script-failed',
				...report,
				error: error({sqlState: '', line: null, message: 'The script was stopped: it ran longer than 5 s.'}),
			},
		],
		[
			'On the restored backup the script ran to its end in 3.1 s, but: The probe “a” was answered with false.',
			{kind: 'probes-failed', ...report, sentences: ['The probe “a” was answered with false.']},
		],
		[
			`${report.backup} was restored with other rows than its manifest counts: a.b has 1, 2 counted, a.c is not there, 3 counted. It is no backup to rely on.`,
			{
				kind: 'rows-differ',
				...report,
				tables: [
					{table: 'a.b', inManifest: 2, restored: 1},
					{table: 'a.c', inManifest: 3, restored: null},
				],
			},
		],
		[
			'Skipped: this machine has no room.',
			{kind: 'skipped', at: 1, reason: 'not-possible', sentence: 'this machine has no room.'},
		],
	])('%s', (sentence, drill) => {
		expect(drillSentence(drill)).toBe(sentence);
	});

	it('calls nobody whom a script names', () => {
		const message = 'value <!channel> is out of range';
		expect(drillSentence({kind: 'script-failed', ...report, error: error({message})})).not.toContain('<!channel>');
	});

	it('compares production with what it predicted, where it predicted anything', () => {
		expect(comparedWithDrill(3400, {kind: 'passed', ...report})).toBe('in 3.4 s; the drill took 3.1 s');
		expect(comparedWithDrill(3400, {kind: 'skipped', at: 1, reason: 'off', sentence: ''})).toBeNull();
		expect(comparedWithDrill(3400, null)).toBeNull();
	});
});

it('what is kept of a drill is bounded, and holds no half of a character', () => {
	const message = `${'x'.repeat(999)}😀${'y'.repeat(5000)}`;
	const kept = keptDrill({kind: 'script-failed', ...report, error: error({message, statement: message})});
	expect(JSON.stringify(kept)).not.toMatch(/\\ud[89a-f]/);
	expect(JSON.stringify(kept).length).toBeLessThan(4000);
	const tables = Array.from({length: 5000}, (_, n) => ({table: `a.t${n}`, inManifest: n, restored: null}));
	expect(keptDrill({kind: 'rows-differ', ...report, tables})).toMatchObject({tables: {length: 200}});
});

describe('a script that stopped', () => {
	const ledger: LeftOut = {kind: 'foreign table', name: 'public.ledger', why: ''};
	const superuser: LeftOut = {kind: 'right', name: 'deployer is a superuser', why: ''};
	const setting: LeftOut = {kind: 'setting', name: 'app.tenant = orders', why: ''};

	it.each<[string, Partial<PassError>, LeftOut]>([
		['a foreign table', {sqlState: '42P01', message: 'relation "ledger" does not exist'}, ledger],
		['a right of a superuser', {sqlState: '42501', message: 'permission denied to create role'}, superuser],
		['dblink', {sqlState: '42501', message: 'permission denied for function dblink_connect'}, ledger],
		['an extension', {sqlState: '0A000', message: 'extension "vector" is not available'}, ledger],
	])('may have stopped for lack of %s', (_, stopped, leftOut) => {
		expect(stoppedForLack(error(stopped), [leftOut])).toBe(true);
	});

	it.each<[string, Partial<PassError>, LeftOut]>([
		['the rows', {sqlState: '23505', message: 'duplicate key value violates unique constraint "ledger"'}, ledger],
		[
			'a table that production has not either',
			{sqlState: '42P01', message: 'relation "orders" does not exist'},
			ledger,
		],
		[
			'a table that is called as a setting is set',
			{sqlState: '42P01', message: 'relation "orders" does not exist'},
			setting,
		],
		[
			'a right that it has not in production either',
			{sqlState: '42501', message: 'permission denied for table a'},
			ledger,
		],
		['time', {sqlState: '', message: 'The script was stopped'}, superuser],
	])('stopped for %s', (_, stopped, leftOut) => {
		expect(stoppedForLack(error(stopped), [leftOut])).toBe(false);
	});
});
