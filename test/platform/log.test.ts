import {expect, test} from 'vitest';
import {createLog} from '../../src/platform/log.ts';
import {createMask} from '../../src/platform/secret-masking.ts';

test('no secret reaches a line: not in a message, a field, an error, its stack, its cause or its properties', () => {
	const lines: string[] = [];
	const log = createLog({
		level: 'info',
		mask: createMask(['hunter2-secret']),
		destination: {write: (line) => lines.push(line)},
	});
	const cause = new Error('cannot reach postgres://ann:hunter2-secret@db');
	const error = Object.assign(new Error('failed with hunter2-secret', {cause}), {
		code: 'E1',
		config: {password: 'other-secret'},
	});
	log.error({err: error, deep: {er: ['hunter2-secret']}}, 'using hunter2-secret');
	expect(lines.join('')).not.toMatch(/hunter2|other-secret/);
	expect(JSON.parse(lines[0] ?? '')).toMatchObject({
		level: 'error',
		msg: 'using ***',
		err: {code: 'E1', message: 'failed with ***', cause: {message: 'cannot reach postgres://ann:***@db'}},
	});
});
