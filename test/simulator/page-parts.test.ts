import {expect, test} from 'vitest';
import {formatDate, secondsOf, wallTime} from '../../simulator/page/blocks/dates.ts';
import {chosenIn, guessedState} from '../../simulator/page/blocks/element-view.ts';
import {refusal} from '../../simulator/page/blocks/file-types.ts';
import {markdownFlow} from '../../simulator/page/blocks/markdown-flow.ts';
import {directoryOffers, filtered, offersOf} from '../../simulator/page/blocks/offer.ts';
import {addPendingFill, flushFills} from '../../simulator/page/blocks/pending-fills.ts';
import {richTextFlow} from '../../simulator/page/blocks/rich-text-flow.ts';
import {isPermalink, localPicture, safeLink} from '../../simulator/page/blocks/safe-links.ts';

const origin = 'http://127.0.0.1:4000';
// 2026-11-23 14:02:05 in Berlin.
const seconds = Date.UTC(2026, 10, 23, 13, 2, 5) / 1000;
const berlin = {now: seconds * 1000 + 180_000, timeZone: 'Europe/Berlin'};

test.each([
	['{date_num} {time}', '2026-11-23 14:02'],
	['{date}', 'November 23rd, 2026'],
	['{date_short}', 'Nov 23, 2026'],
	['{date_long}', 'Monday, November 23rd, 2026'],
	['{date_long_full}', 'November 23, 2026'],
	['{date_slash}', '23/11/2026'],
	['asked {date_short_pretty} at {time_secs}', 'Asked today at 14:02:05'],
	['{date_pretty}', 'Today'],
	['{date_long_pretty}', 'Today'],
	['{day_divider_pretty}', 'Today'],
	['{ago}', '3 minutes ago'],
	['{unknown} {time}', '{unknown} 14:02'],
])('The date format %s reads %s', (format, shown) => {
	expect(formatDate(seconds, format, berlin)).toBe(shown);
});

test('A day begins and ends by the clock of the reader', () => {
	const late = Date.UTC(2026, 10, 22, 23, 30) / 1000;
	expect(formatDate(late, '{date_pretty}', berlin)).toBe('Today');
	expect(formatDate(late, '{date_pretty}', {...berlin, timeZone: 'UTC'})).toBe('Yesterday');
	expect(formatDate(seconds + 86_400, '{date_pretty}', berlin)).toBe('Tomorrow');
});

test('What tells no date gives way to the fallback', () => {
	expect(formatDate(Number.NaN, '{date}', berlin)).toBeUndefined();
	expect(formatDate(1e15, '{date}', berlin)).toBeUndefined();
	expect(formatDate(seconds, '{date}', {...berlin, timeZone: 'Nowhere/None'})).toBeUndefined();
});

test.each(['2026-11-23T14:02', '2026-03-29T03:30', '2026-10-25T01:59', '2026-07-01T00:00'])(
	'The wall time %s is the same after its way through unix seconds',
	(wall) => {
		expect(wallTime(secondsOf(wall, 'Europe/Berlin') ?? 0, 'Europe/Berlin')).toBe(wall);
	},
);

test('Links lead only where a browser may safely go', () => {
	expect(safeLink('https://x.test/a')).toBe('https://x.test/a');
	for (const bad of ['javascript:alert(1)', 'java\nscript:alert(1)', 'data:text/html,x', 'file:///etc', '/x', '']) {
		expect(safeLink(bad)).toBeUndefined();
	}
	expect(isPermalink(`${origin}/archives/C0DBMIGR001/p1700000000000001?thread_ts=1.1`, origin)).toBe(true);
	expect(isPermalink('https://evil.test/archives/C0DBMIGR001/p1', origin)).toBe(false);
});

test('Only pictures of this machine are asked for', () => {
	expect(localPicture(`${origin}/a.png`, origin)).toBe(`${origin}/a.png`);
	expect(localPicture('data:image/png;base64,AA==', origin)).toBe('data:image/png;base64,AA==');
	expect(localPicture('data:text/html,x', origin)).toBeUndefined();
	expect(localPicture('https://x.test/a.png', origin)).toBeUndefined();
});

test('Markdown becomes headings, lists in lists, tables, code and quotes', () => {
	const text =
		'## *Plan*\n- a\n  1. b\n- c\n\n| x | y |\n|---|--:|\n| `1` | 2 |\n\n> q\n\n```sql\nSELECT *\n```\n---\n**b** [l](https://x.test)';
	const flow = markdownFlow(text);
	expect(flow.map((each) => each.kind)).toEqual([
		'heading',
		'list',
		'gap',
		'table',
		'gap',
		'quote',
		'gap',
		'pre',
		'rule',
		'line',
	]);
	expect(flow[1]).toMatchObject({
		ordered: false,
		items: [[{kind: 'line'}, {kind: 'list', ordered: true}], [{kind: 'line'}]],
	});
	expect(flow[3]).toMatchObject({aligns: ['left', 'right'], rows: [{length: 2}, {length: 2}]});
	expect(flow[7]).toEqual({kind: 'pre', children: [{kind: 'text', text: 'SELECT *'}]});
	expect(flow[9]).toMatchObject({children: [{kind: 'bold'}, {kind: 'text'}, {kind: 'link', href: 'https://x.test'}]});
});

test('Hostile markdown stays text, and long markdown does not hang', () => {
	expect(JSON.stringify(markdownFlow('[x](javascript:alert) <img src=x>'))).not.toContain('"link"');
	const started = performance.now();
	for (const piece of ['*', '_a ', '[', '`', '**a ', '| ', '- ', '<']) {
		markdownFlow(piece.repeat(12_000 / piece.length));
	}
	expect(performance.now() - started).toBeLessThan(4000);
});

test('Rich text keeps styles, lists and lines', () => {
	const section = (text: string, style = {}) => ({type: 'rich_text_section', elements: [{type: 'text', text, style}]});
	const flow = richTextFlow({
		elements: [
			section('a\nb', {bold: true}),
			{type: 'rich_text_list', style: 'ordered', indent: 1, offset: 2, elements: [section('c')]},
		],
	});
	expect(flow).toMatchObject([
		{kind: 'line', children: [{kind: 'bold', children: [{text: 'a\nb'}]}]},
		{kind: 'list', ordered: true, start: 3, indent: 1, items: [[{children: [{text: 'c'}]}]]},
	]);
});

const option = (value: string) => ({text: {type: 'plain_text', text: `The ${value}`}, value});

test('A choice is shown before the server knows it', () => {
	const element = {type: 'multi_static_select', options: [option('a'), option('b')]};
	expect(chosenIn(guessedState(element, ['b']))).toEqual(['b']);
	expect(guessedState({type: 'static_select', options: []}, 'x')).toBeUndefined();
	const outside = {type: 'external_select'};
	expect(chosenIn(guessedState(outside, 'b', [option('b')]))).toEqual(['b']);
});

test('A menu offers what fits the typed words', () => {
	const groups = offersOf([], [{label: {type: 'plain_text', text: 'G'}, options: [option('one'), option('two')]}]);
	expect(filtered(groups, 'tw THE')).toMatchObject([{label: 'G', offers: [{value: 'two'}]}]);
	expect(filtered(groups, 'zzz')).toEqual([]);
});

test('A conversations menu offers the kinds its filter names', () => {
	const person = {id: 'U1', name: 'dana', realName: 'Dana', email: '', timeZone: 'UTC'};
	const flags = {guest: false, deactivated: false, bot: false, stranger: false};
	const me = {...person, ...flags};
	const channels = [
		{id: 'C1', name: 'open', kind: 'public'},
		{id: 'G1', name: 'shut', kind: 'private'},
	];
	const directory = {me, people: [me, {...me, id: 'U2', deactivated: true}], channels, userGroups: []};
	const offered = (element: {readonly [field: string]: unknown}) =>
		directoryOffers(element, directory).flatMap((each) => each.offers.map((offer) => offer.value));
	expect(offered({type: 'users_select'})).toEqual(['U1']);
	expect(offered({type: 'channels_select'})).toEqual(['C1']);
	expect(offered({type: 'multi_conversations_select', filter: {include: ['private']}})).toEqual(['G1']);
});

test('A file that does not fit is refused with a sentence', () => {
	const element = {type: 'file_input', filetypes: ['sql'], max_files: 1};
	expect(refusal(element, 'a.sql', 0)).toBeUndefined();
	expect(refusal(element, 'a.txt', 0)).toBe('a.txt is not one of .sql.');
	expect(refusal(element, 'a.sql', 1)).toBe('At most 1 file fits here.');
});

test('A submit waits for what is typed, and hears when it did not arrive', async () => {
	const sent: string[] = [];
	const done = addPendingFill('view', async () => {
		sent.push('last words');
	});
	await flushFills('other');
	expect(sent).toEqual([]);
	await flushFills();
	expect(sent).toEqual(['last words']);
	done();
	const failed = addPendingFill('view', () => Promise.reject(new Error('no')));
	await expect(flushFills('view')).rejects.toThrow('no');
	failed();
	await expect(flushFills()).resolves.toBeUndefined();
});
