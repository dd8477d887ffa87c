import {describe, expect, test} from 'vitest';
import {judgeFailure} from '../../../src/adapters/scratch/restore-backup.ts';
import {errorsOf, sortErrors} from '../../../src/adapters/scratch/restore-errors.ts';

function judged(stderr: string, otherLocale = false): ReturnType<typeof judgeFailure> {
	return judgeFailure(sortErrors(errorsOf(stderr), []).failed, otherLocale, stderr);
}

/** As pg_restore writes it. */
function refused(message: string, command: string): string {
	return [
		'pg_restore: while PROCESSING TOC:',
		'pg_restore: from TOC entry 3310; 2606 16402 CONSTRAINT a a_key owner',
		`pg_restore: error: could not execute query: ERROR:  ${message}`,
		'DETAIL:  Key (id)=(1) is what it is.',
		`Command was: ${command}`,
		'',
		'',
		'pg_restore: warning: errors ignored on restore: 1',
		'',
	].join('\n');
}

const index = 'CREATE UNIQUE INDEX a_key ON public.a USING btree (b);';
const constraint = 'ALTER TABLE ONLY public.a\n    ADD CONSTRAINT a_key UNIQUE (b);';

describe('what pg_restore says', () => {
	test.each([
		['a duplicate', refused('could not create unique index "a_key"', index)],
		['a broken reference', refused('insert or update on table "a" violates foreign key constraint "a_fk"', constraint)],
		['a broken check', refused('check constraint "a_ck" of relation "a" is violated by some row', constraint)],
		['a null', refused('column "b" of relation "a" contains null values', 'ALTER TABLE a ADD CONSTRAINT a_pk')],
		[
			'rows that are none',
			'pg_restore: error: COPY failed for table "a": ERROR:  invalid input syntax for type integer: "x"',
		],
		['rows that are cut', 'pg_restore: error: COPY failed for table "a": ERROR:  missing data for column "b"'],
		['a dump that is cut', 'pg_restore: error: could not read from input file: end of file'],
	])('speaks against the backup for %s', (_, stderr) => {
		expect(judged(stderr).kind).toBe('unreadable');
	});

	test.each([
		['a missing collation', refused('collation "de_DE" for encoding "UTF8" does not exist', index)],
		['want of memory', refused('out of memory', constraint)],
		['an operator class of an extension', refused('operator class "gin_trgm_ops" does not exist', index)],
		[
			'a full disk',
			'pg_restore: error: COPY failed for table "a": ERROR:  could not extend file "base/1/2": No space left on device',
		],
		[
			'a function that a check calls',
			'pg_restore: error: COPY failed for table "a": ERROR:  function outside() does not exist',
		],
		[
			'a server that is gone',
			'pg_restore: error: could not execute query: no connection to the server\nCommand was: SELECT 1',
		],
		['no error at all', ''],
		['a program that could not begin', 'pg_restore: symbol lookup error: undefined symbol: PQx'],
	])('says nothing of the backup for %s', (_, stderr) => {
		const {kind, sentence} = judged(stderr);
		expect(kind).toBe('not-here');
		expect(sentence).toMatch(/\S\.$/);
	});

	test('says nothing of the backup for what rows violate in another locale', () => {
		expect(judged(refused('could not create unique index "a_key"', index), true).kind).toBe('not-here');
	});
});
