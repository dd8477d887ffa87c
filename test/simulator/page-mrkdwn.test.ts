import {expect, test} from 'vitest';
import {plainOf} from '../../simulator/page/blocks/flow.ts';
import type {Flow, Inline} from '../../simulator/page/blocks/flow.ts';
import {mrkdwnFlow, plainFlow} from '../../simulator/page/blocks/mrkdwn-flow.ts';

const reading = {verbatim: false, channels: new Map([['db-migrations', 'C0DBMIGR001']])};

/** The tree in few letters: *bold*, /italic/, ~strike~, [code], (link→address), {mention}. */
function drawn(parts: readonly Inline[]): string {
	return parts.map(drawnPart).join('');
}

function drawnPart(part: Inline): string {
	switch (part.kind) {
		case 'bold':
			return `*${drawn(part.children)}*`;
		case 'italic':
			return `/${drawn(part.children)}/`;
		case 'strike':
			return `~${drawn(part.children)}~`;
		case 'code':
			return `[${part.text}]`;
		case 'emoji':
			return part.character;
		case 'link':
			return `(${drawn(part.children)}→${part.href})`;
		case 'person':
		case 'channel':
		case 'group':
			return `{${part.kind} ${part.id}${part.label === undefined ? '' : ` ${part.label}`}}`;
		case 'broadcast':
			return `{${part.name}}`;
		case 'date':
			return `{${part.seconds} ${part.format} ${part.fallback}}`;
		case 'text':
		case 'underline':
		case 'colour':
			return plainOf([part]);
	}
}

function drawnFlow(flow: readonly Flow[]): readonly string[] {
	return flow.flatMap((each) => {
		switch (each.kind) {
			case 'line':
				return [drawn(each.children)];
			case 'hanging':
				return [`${each.bullet}|${drawn(each.children)}`];
			case 'pre':
				return [`pre ${drawn(each.children)}`];
			case 'quote':
				return drawnFlow(each.children).map((line) => `> ${line}`);
			case 'gap':
			case 'rule':
			case 'heading':
			case 'list':
			case 'table':
				return [each.kind];
		}
	});
}

test.each([
	['*bold* _italic_ ~strike~ `code`', '*bold* /italic/ ~strike~ [code]'],
	['*_both_* and _*both*_', '*/both/* and /*both*/'],
	['"*quoted*" and _x_: y', '"*quoted*" and /x/: y'],
	['`foo`: bar, `a*b*c`', '[foo]: bar, [a*b*c]'],
	['*a <https://x.test/b*c|label> d*', '*a (label→https://x.test/b*c) d*'],
	['*see `a*b` there*', '*see [a*b] there*'],
	['snake_case_name and 2*3*4', 'snake_case_name and 2*3*4'],
	['`unclosed and *bold*', '`unclosed and *bold*'],
	['a &lt;b&gt; &amp;amp; &quot;', 'a <b> &amp; &quot;'],
	[':tada: at 10:30:15 :nope:', '🎉 at 10:30:15 :nope:'],
	['10:30:rocket:', '10:30🚀'],
	[':wave::skin-tone-3: :large_green_circle: :flag-de:', '👋🏼 🟢 🇩🇪'],
	[
		'<@U0DANA00001> <@U0DANA00001|dana> <#C0DBMIGR001|x>',
		'{person U0DANA00001} {person U0DANA00001 dana} {channel C0DBMIGR001 x}',
	],
	['<!subteam^S0APPROVER1> <!here> <!channel|channel>', '{group S0APPROVER1} {here} {channel}'],
	['<!date^1700000000^{date_num} at {time}|then>', '{1700000000 {date_num} at {time} then}'],
	['<mailto:a@b.test|a@b.test>', '(a@b.test→mailto:a@b.test)'],
	['<https://x.test/?a=1&amp;b=2>', '(https://x.test/?a=1&b=2→https://x.test/?a=1&b=2)'],
	['see https://x.test/_a_b, then', 'see (https://x.test/_a_b→https://x.test/_a_b), then'],
	['in #db-migrations and #nowhere', 'in {channel C0DBMIGR001} and #nowhere'],
	['*שלום* `rtl`', '*שלום* [rtl]'],
])('%s is read as Slack reads it', (text, shown) => {
	expect(drawnFlow(mrkdwnFlow(text, reading))).toEqual([shown]);
});

test.each([
	['<javascript:alert(1)|click>', 'click (javascript:alert(1))'],
	['<JaVaScRiPt:alert(1)>', 'JaVaScRiPt:alert(1)'],
	['<data:text/html,x|y>', 'y (data:text/html,x)'],
	['<vbscript:x>', 'vbscript:x'],
	['<script>alert(1)</script>', '<script>alert(1)</script>'],
	['&lt;img src=x onerror=alert(1)&gt;', '<img src=x onerror=alert(1)>'],
])('%s stays text', (text, shown) => {
	const flow = mrkdwnFlow(text, reading);
	expect(JSON.stringify(flow)).not.toContain('"link"');
	expect(drawnFlow(flow)).toEqual([shown]);
});

test('Lines, quotes, bullets and code blocks stand on their own', () => {
	const text = ['one', '', '&gt; said *so*', '&gt; twice', '• first', '1. second', 'then ```', 'a *b*', '``` end'].join(
		'\n',
	);
	expect(drawnFlow(mrkdwnFlow(text, reading))).toEqual([
		'one',
		'gap',
		'> said *so*',
		'> twice',
		'•|first',
		'1.|second',
		'then ',
		'pre a *b*',
		' end',
	]);
});

test('Three quote signs quote all that follows', () => {
	expect(drawnFlow(mrkdwnFlow('a\n&gt;&gt;&gt;b\nc', reading))).toEqual(['a', '> b', '> c']);
});

test('Verbatim text has no links of its own', () => {
	const flow = mrkdwnFlow('https://x.test #db-migrations <https://y.test>', {...reading, verbatim: true});
	expect(drawnFlow(flow)).toEqual(['https://x.test #db-migrations (https://y.test→https://y.test)']);
});

test('plain_text is shown as it is, emoji apart', () => {
	expect(drawnFlow(plainFlow('*a* <@U0DANA00001> &amp; :tada:'))).toEqual(['*a* <@U0DANA00001> &amp; 🎉']);
	expect(drawnFlow(plainFlow(':tada:', false))).toEqual([':tada:']);
});

test.each([
	['stars', '*'.repeat(40_000)],
	['stars and words', '*a _b ~c '.repeat(4400)],
	['backticks', '` `` *a '.repeat(5000)],
	['colons', ':a'.repeat(20_000)],
	['quotes', '&gt;a\n'.repeat(6600)],
	['angles', '<'.repeat(40_000)],
	['links', '<a|'.repeat(13_000)],
	['marks of our own', '\uE0000\uE001'.repeat(13_000)],
])('40,000 characters of %s neither throw nor hang', (_what, text) => {
	const started = performance.now();
	const flow = mrkdwnFlow(text, reading);
	expect(flow.length).toBeGreaterThan(0);
	// A second is a hundred times what it takes where nothing is quadratic.
	expect(performance.now() - started).toBeLessThan(1000);
});
