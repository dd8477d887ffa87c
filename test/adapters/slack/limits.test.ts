import {describe, expect, test} from 'vitest';
import {
	code,
	codeBlock,
	cut,
	cutBytes,
	escape,
	fitLines,
	link,
	moment,
	plain,
	sentence,
} from '../../../src/adapters/slack/limits.ts';

describe('text from outside formats, links and pings nothing', () => {
	const table = [
		['<!channel> & <@U1>', '&lt;!channel&gt; &amp; &lt;@\u2060U1&gt;'],
		['*bold* ~gone~ `code`', '∗bold∗ ∼gone∼ ˋcodeˋ'],
		['_it_ but order_items', 'ˍitˍ but order_items'],
		[':tada: at 12:30', ':\u2060tada: at 12:30'],
		['@here #general', '@\u2060here #\u2060general'],
		['two\nlines\u0000', 'two lines'],
		['\u202Etxt.exe', 'txt.exe'],
		['sh\u00ADop\u{E0041}\u3164', 'shop'],
		['👩‍👧 می‌خواهم', '\u200E\u2068👩‍👧 می‌خواهم\u2069'],
		['https://evil.example', 'https:\u2060//evil.example'],
		['חנות', '\u200E\u2068חנות\u2069'],
	] as const;
	test.each(table)('%j', (text, shown) => {
		expect(escape(text)).toBe(shown);
	});

	test('in plain text too', () => {
		expect(plain('<!channel> :tada: *x*')).toBe('<\u2060!channel> :\u2060tada: *x*');
	});

	test('as code', () => {
		expect(code('a`b<c')).toBe('`aˋb&lt;c`');
		expect(code(' ')).toBe('(empty)');
	});

	test('as a code block that nothing breaks out of', () => {
		expect(codeBlock('a\n```\n<!here>\r\n', 100)).toBe('```\na\nˋˋˋ\n&lt;!here&gt;\n\n```');
		expect(codeBlock('&'.repeat(5000), 3000).length).toBeLessThanOrEqual(3000);
	});
});

describe('a sentence of ours', () => {
	test('keeps code, mentions and dates', () => {
		const text = 'Ask <@U0PRIYA0001> of <!subteam^S0APPROVER1>, `/migrate list`, <!date^1^{time}|then>.';
		expect(sentence(text)).toBe(text);
	});

	test('loses channel mentions and links', () => {
		expect(sentence('<!channel> <https://x|y>')).toBe('&lt;!channel&gt; &lt;https:\u2060//x|y&gt;');
	});

	test('keeps only the mentions that may stand there', () => {
		expect(sentence('<@U0PRIYA0001> <@U0OMAR00001>', (id) => id === 'U0PRIYA0001')).toBe(
			'<@U0PRIYA0001> &lt;@\u2060U0OMAR00001&gt;',
		);
	});
});

describe('cutting', () => {
	test('leaves what fits', () => {
		expect(cut('abc', 3)).toBe('abc');
	});

	test('never cuts an entity, a mention, a pair of surrogates or a code span in two', () => {
		expect(cut('ab&amp;cd', 6)).toBe('ab…');
		expect(cut('ab <@U123> cd', 8)).toBe('ab …');
		expect(cut('ab😀cd', 4)).toBe('ab…');
		expect(cut('see `some code` here', 10)).toBe('see `som`…');
		expect(cut('\u2068חנות שלום\u2069', 6)).toBe('\u2068חנו…\u2069');
	});

	test('counts bytes where Slack does', () => {
		const kept = cutBytes('ä€😀'.repeat(2000), 4000);
		expect(Buffer.byteLength(kept)).toBeLessThanOrEqual(4000);
		expect(Buffer.byteLength(kept)).toBeGreaterThan(3500);
	});

	test('keeps whole lines and counts the rest', () => {
		expect(fitLines(['aaaa', 'bbbb', 'cccc'], 14, (left) => `+${left}`)).toBe('aaaa\nbbbb\ncccc');
		expect(fitLines(['aaaa', 'bbbb', 'cccc'], 13, (left) => `+${left}`)).toBe('aaaa\nbbbb\n+1');
		expect(fitLines(['a'.repeat(50)], 20, (left) => `+${left}`)).toBe(`${'a'.repeat(19)}…`);
		expect(fitLines(['a'.repeat(50), 'b'], 20, (left) => `+${left}`)).toBe(`${'a'.repeat(16)}…\n+1`);
	});
});

test('a link leads only where its address plainly says', () => {
	expect(link('https://wiki.example.com/a?b&c', 'Runbook')).toBe('<https://wiki.example.com/a?b&amp;c|Runbook>');
	expect(link('javascript:alert(1)', 'Runbook')).toBe('Runbook (javascript:alert(1))');
	expect(link('https://a|b>', 'x')).toBe('x (https:\u2060//a|b&gt;)');
});

test('a moment is shown in the reader’s zone, with UTC where that cannot be', () => {
	expect(moment(0)).toBe('<!date^0^{date_short_pretty} at {time}|1970-01-01 00:00 UTC>');
	expect(moment(Number.NaN)).toBe('an unknown time');
});
