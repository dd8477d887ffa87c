import {expect, test} from 'vitest';
import {isError, isWarning, parseMessage} from '../../src/platform/psql-output.ts';

test.each([
	[
		'psql:MR-1.sql:12: ERROR:  55P03: canceling statement due to lock timeout',
		{line: 12, sqlState: '55P03', text: 'canceling statement due to lock timeout'},
		'error',
	],
	['psql:MR-1.sql:3: FEHLER:  42P01: Relation »a« existiert nicht', {line: 3, sqlState: '42P01'}, 'error'],
	['psql:MR-1.sql:3: WARNING:  01000: careful', {text: 'careful'}, 'warning'],
	['psql:MR-1.sql:3: WARNUNG:  01000: Vorsicht', {text: 'Vorsicht'}, 'warning'],
	['psql:MR-1.sql:3: WARNING:  25001: there is already a transaction in progress', {}, 'warning'],
	['psql:MR-1.sql:3: NOTICE:  42P07: relation "a" already exists, skipping', {}, 'neither'],
	['ERROR:  LS001: busy', {file: null, line: null}, 'error'],
	[
		'psql:MR-1.sql:4: error: backslash commands are restricted; only \\unrestrict is allowed',
		{line: 4, sqlState: ''},
		'error',
	],
	[
		'psql: error: connection to server at "x", port 1 failed: FATAL:  password authentication failed',
		{line: null},
		'error',
	],
])('reads %s', (line, expected, kind) => {
	const message = parseMessage(line);
	expect(message).toMatchObject(expected);
	if (message === null) return;
	expect({warning: isWarning(message), error: isError(message)}).toEqual({
		warning: kind === 'warning',
		error: kind === 'error',
	});
});

test.each([
	'DETAIL:  Key (id)=(1) exists.',
	'CONTEXT:  PL/pgSQL function',
	' ?column? ',
	'',
	'\tThis probably means the server terminated',
])('takes %j for no message', (line) => {
	expect(parseMessage(line)).toBeNull();
});
