import {expect, test} from 'vitest';
import {createMask} from '../../src/platform/secret-masking.ts';

const mask = createMask(['s3cr:et/"\\', 'longer s3cr:et/"\\ still', 'abc', '']);

test.each([
	['the value itself', 'user x, s3cr:et/"\\!', 'user x, ***!'],
	['the longest value first', 'is longer s3cr:et/"\\ still', 'is ***'],
	['as it stands in a URL', 'x=s3cr%3Aet%2F%22%5C', 'x=***'],
	['as it stands in JSON', String.raw`{"a":"s3cr:et/\"\\"}`, '{"a":"***"}'],
	[
		'any password in a URL',
		'postgres://ann:hunter2@db/x and redis://:pw@host',
		'postgres://ann:***@db/x and redis://:***@host',
	],
	['any named password', "password=hunter2 host=db; PGPASSWORD='a b' x", 'password=*** host=db; PGPASSWORD=*** x'],
	['any named password in JSON', '{"password": "hunter2", "host": "db"}', '{"password": ***, "host": "db"}'],
	['nothing of short values, which are words', 'abcdef', 'abcdef'],
	[
		'nothing where there is nothing',
		'password authentication failed for user "x" at http://a/b@c',
		'password authentication failed for user "x" at http://a/b@c',
	],
])('masks %s', (_, text, expected) => {
	expect(mask(text)).toBe(expected);
});
