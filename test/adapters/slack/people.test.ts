import {afterAll, beforeAll, describe, expect, test} from 'vitest';
import {createPeople} from '../../../src/adapters/slack/people.ts';
import type {People} from '../../../src/operations/ports/people.ts';
import {startLocalSlack} from './local-slack.ts';

let local: Awaited<ReturnType<typeof startLocalSlack>>;
let people: People;

beforeAll(async () => {
	local = await startLocalSlack();
	people = createPeople(local.client);
});

afterAll(async () => {
	await local.close();
});

describe('a person', () => {
	const nothing = {guest: false, stranger: false, deactivated: false, bot: false};
	const table = [
		['U0DANA00001', {name: 'Dana Osei', ...nothing}],
		['U0GUS000001', {...nothing, guest: true}],
		['U0DEE000001', {...nothing, deactivated: true}],
		['U0ROBO00001', {...nothing, bot: true}],
		['U0STEF00001', {...nothing, stranger: true}],
	] as const;

	test.each(table)('%s is %j', async (id, shown) => {
		expect(await people.person(id)).toMatchObject({id, ...shown});
	});

	test('nobody by that id is null', async () => {
		expect(await people.person('U0NOBODY001')).toBeNull();
	});

	test('is looked up anew each time', async () => {
		await local.people.setPerson('lena', {guest: true});
		expect(await people.person('U0LENA00001')).toMatchObject({guest: true});
		await local.people.setPerson('lena', {guest: false});
		expect(await people.person('U0LENA00001')).toMatchObject({guest: false});
	});
});

describe('the people behind configured names', () => {
	test('are those of ids, groups and addresses, each once, unknown ones left out', async () => {
		const found = await people.members([
			'S0APPROVER1',
			'U0OMAR00001',
			'dana@example.com',
			'nobody@example.com',
			'U0NOBODY001',
		]);
		expect(found.map(({id}) => id)).toEqual(['U0PRIYA0001', 'U0OMAR00001', 'U0DANA00001']);
	});

	test('a look-up that fails is a failure, not an empty list', async () => {
		await local.people.misbehave({kind: 'server_error', method: 'usergroups.users.list', status: 503});
		await expect(people.members(['S0APPROVER1'])).rejects.toMatchObject({code: 'slack-unreachable'});
	});
});
