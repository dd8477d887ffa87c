import {describe, expect, it} from 'vitest';
import {
	comparedWithDrill,
	type Drill,
	drillSentence,
	keptDrill,
	stoppedByServer,
	stoppedForLack,
	whyTooLate,
} from '../../src/domain/drill.ts';
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
			'Restored in 41 s, 12 tables and 1.2 million rows as the manifest counts them. The script took 3.1 s there: expect about as long. Left to verification, for what the throw-away server has not: the probe “ledger is even”.',
			{kind: 'passed', ...report, leftOut: [{kind: 'probe', name: 'ledger is even', why: 'no such table'}]},
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
		['a right to make roles', {sqlState: '42501', message: 'permission denied to create role'}, ledger],
		['any other right', {sqlState: '42501', message: 'permission denied for table a'}, ledger],
		['a collation', {sqlState: '42704', message: 'collation "de_DE" for encoding "UTF8" does not exist'}, ledger],
		['a locale', {sqlState: '22023', message: 'could not create locale "de_DE": No such file or directory'}, ledger],
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
			'a table that is called as a probe is',
			{sqlState: '42P01', message: 'relation "orders" does not exist'},
			{kind: 'probe', name: 'orders are there', why: ''},
		],
		['time', {sqlState: '', message: 'The script was stopped'}, superuser],
	])('stopped for %s', (_, stopped, leftOut) => {
		expect(stoppedForLack(error(stopped), [leftOut])).toBe(false);
	});

	it.each<[string, Partial<PassError>]>([
		['a full disk', {sqlState: '53100', message: 'could not extend file "base/1/2": No space left on device'}],
		['want of memory', {sqlState: '53200', message: 'out of memory'}],
		['a server that is ended', {sqlState: '57P01', message: 'terminating connection due to administrator command'}],
		['a crash', {sqlState: '57P02', message: 'terminating connection because of crash of another server process'}],
		['a disk that cannot be read', {sqlState: '58030', message: 'could not read block 1 in file "base/1/2"'}],
		['a lost connection', {sqlState: '', message: 'connection to server was lost'}],
		['a closed connection', {sqlState: '', message: 'server closed the connection unexpectedly'}],
		['a killed psql', {sqlState: '', message: 'psql ended with SIGKILL.'}],
	])('says nothing of production where it stopped for %s', (_, stopped) => {
		expect(stoppedByServer(error(stopped))).toBe(true);
	});

	it.each<[string, Partial<PassError>]>([
		['the rows', {sqlState: '23502', message: 'column "b" contains null values'}],
		['its own time limit', {sqlState: '57014', message: 'canceling statement due to statement timeout'}],
		[
			'files of sorts larger than the disk',
			{sqlState: '53400', message: 'temporary file size exceeds temp_file_limit'},
		],
		['a command of psql', {sqlState: '', message: 'invalid command \\foo'}],
	])('says something of production where it stopped for %s', (_, stopped) => {
		expect(stoppedByServer(error(stopped))).toBe(false);
	});
});

it('a script is not begun with less than a quarter of the drill’s time', () => {
	expect(whyTooLate(900_000, 3_600_000)).toBeNull();
	expect(whyTooLate(899_999, 3_600_000)).toBe(
		'the restore took 45 min 0 s of the 60 min 0 s that the drill has, and less than a quarter is left for the script. Raise drill.withinMinutes.',
	);
	expect(whyTooLate(1, 3_600_000)).not.toBeNull();
});
