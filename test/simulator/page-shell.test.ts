import {describe, expect, test} from 'vitest';
import type {Desktop} from '../../simulator/local/desktop.ts';
import {offerFor} from '../../simulator/page/shell/completion.ts';
import {addressAs, addressOf, destinationOf, settled} from '../../simulator/page/shell/place.ts';
import {dayName, moment, sizeText} from '../../simulator/page/shell/times.ts';
import {commandIn, encodeTyped} from '../../simulator/page/shell/typed-text.ts';
import {defaultWorkspace} from '../../simulator/default-workspace.ts';

const dana = defaultWorkspace.people[0];
if (dana === undefined) throw new Error('The default workspace has nobody.');

const desktop: Desktop = {
	revision: 1,
	team: defaultWorkspace.team,
	app: {id: 'A0LOCKSTEP1', name: 'Lockstep', botUserId: 'U0LOCKSTEP1', hasHome: false},
	me: dana,
	people: defaultWorkspace.people,
	userGroups: [{id: 'S0APPROVER1', handle: 'approvers', name: 'Approvers', members: []}],
	channels: [
		channel('C0DBMIGR001', 'db-migrations', 'public', []),
		channel('C0GENERAL01', 'general', 'public', []),
		channel('D0000000001', 'directmessage', 'direct', ['U0DANA00001', 'U0LOCKSTEP1']),
	],
	commands: [
		{command: '/migrate', description: 'Takes a migration to production', usageHint: 'request [target] | list | help'},
	],
	shortcuts: [],
	views: [],
	home: null,
	connections: 1,
};

const directory = {me: dana, people: desktop.people, channels: desktop.channels, userGroups: desktop.userGroups};

describe('an address of the page', () => {
	test('of a message leads to its channel', () => {
		expect(destinationOf('/archives/C0DBMIGR001/p1795427600000100', '?as=dana')).toEqual({
			place: {kind: 'channel', id: 'C0DBMIGR001'},
			threadTs: null,
			ts: '1795427600.000100',
		});
	});

	test('of a reply leads to its thread too', () => {
		const search = '?thread_ts=1795427600.000100&cid=C0DBMIGR001';
		expect(destinationOf('/archives/C0DBMIGR001/p1795427700000200', search)).toMatchObject({
			threadTs: '1795427600.000100',
			ts: '1795427700.000200',
		});
	});

	test('of a thread’s own first message opens no thread', () => {
		const search = '?thread_ts=1795427600.000100';
		expect(destinationOf('/archives/C1/p1795427600000100', search).threadTs).toBeNull();
	});

	test('without a place leads to the first channel', () => {
		const {place} = destinationOf('/', '?as=dana');
		expect(settled(place, desktop)).toEqual({kind: 'channel', id: 'C0DBMIGR001'});
	});

	test('of a channel that the person is not in leads to the first channel', () => {
		expect(settled({kind: 'channel', id: 'C0SECRET001'}, desktop)).toEqual({kind: 'channel', id: 'C0DBMIGR001'});
	});

	test('of the direct message with the app leads to the app', () => {
		expect(settled({kind: 'channel', id: 'D0000000001'}, desktop)).toEqual({kind: 'app', tab: 'messages'});
	});

	test('of the Home leads to the messages of an app without one', () => {
		expect(settled({kind: 'app', tab: 'home'}, desktop)).toEqual({kind: 'app', tab: 'messages'});
	});

	test('that the page writes is read back', () => {
		const address = new URL(addressOf({kind: 'channel', id: 'C0GENERAL01'}, 'dana'), 'http://localhost');
		expect(destinationOf(address.pathname, address.search).place).toEqual({kind: 'channel', id: 'C0GENERAL01'});
	});

	test('stays the same for another person', () => {
		expect(addressAs('priya', {pathname: '/archives/C1/p1', search: '?as=dana&thread_ts=2'})).toBe(
			'/archives/C1/p1?as=priya&thread_ts=2',
		);
	});
});

describe('what a person typed', () => {
	test.each([
		['a < b & c', 'a &lt; b &amp; c'],
		['hello @priya.', 'hello <@U0PRIYA0001>.'],
		['(@approvers) look', '(<!subteam^S0APPROVER1>) look'],
		['@here: see #general', '<!here>: see <#C0GENERAL01>'],
		['@nobody and dana@example.com', '@nobody and dana@example.com'],
		['<@U0PRIYA0001>', '&lt;@U0PRIYA0001&gt;'],
	])('%j is sent as %j', (typed, sent) => {
		expect(encodeTyped(typed, directory)).toBe(sent);
	});

	test.each([
		['/migrate list', {command: '/migrate', rest: 'list'}],
		['  /migrate  ', {command: '/migrate', rest: ''}],
		['/etc/passwd is a file', null],
		['a /migrate', null],
	])('%j is a command or not', (typed, command) => {
		expect(commandIn(typed)).toEqual(command);
	});
});

describe('the composer', () => {
	test('offers commands with their usage', () => {
		expect(offerFor('/mi', 3, desktop)).toMatchObject({
			kind: 'command',
			preselect: true,
			items: [{insert: '/migrate ', usage: 'request [target] | list | help'}],
		});
	});

	test('offers what a command takes, and Enter still sends', () => {
		const offer = offerFor('/migrate ', 9, desktop);
		expect(offer?.preselect).toBe(false);
		expect(offer?.items.map((each) => each.insert)).toEqual(['request ', 'list', 'help']);
	});

	test('offers nothing for a command that stands there in full', () => {
		expect(offerFor('/migrate list', 13, desktop)).toBeNull();
	});

	test('offers people by any of their names, but nobody who is deactivated', () => {
		expect(offerFor('ask @ram', 8, desktop)?.items.map((each) => each.label)).toEqual(['@priya']);
		expect(offerFor('ask @dee', 8, desktop)).toBeNull();
	});

	test('offers no names within an e-mail address', () => {
		expect(offerFor('dana@pri', 8, desktop)).toBeNull();
	});
});

describe('times in the reader’s zone', () => {
	const now = Date.UTC(2026, 10, 23, 2, 0);

	test.each([
		['Europe/London', 'Yesterday'],
		['America/New_York', 'Today'],
	])('a message from before midnight UTC, read after it in %s', (zone, day) => {
		expect(dayName(String(Date.UTC(2026, 10, 22, 23, 30) / 1000), zone, now)).toBe(day);
	});

	test('are told with the clock of the zone', () => {
		expect(moment(String(Date.UTC(2026, 10, 23, 1, 30) / 1000), 'Asia/Kolkata', now)).toBe('today at 07:00');
	});

	test('sizes have a unit', () => {
		expect([999, 1000, 2_500_000].map(sizeText)).toEqual(['999 B', '1.0 kB', '2.5 MB']);
	});
});

function channel(
	id: string,
	name: string,
	kind: 'public' | 'direct',
	members: readonly string[],
): Desktop['channels'][number] {
	return {id, name, kind, members, appIsMember: true, unread: 0, mentions: 0};
}
