import {expect, test} from 'vitest';
import {sentence} from '../../src/adapters/slack/limits.ts';
import {outsideWords} from '../../src/domain/outside-words.ts';

test('words from outside stay as they are but for their mentions and dates', () => {
	expect(outsideWords('shop 2.4.0 <b> a < b <https://evil.example|x>')).toBe(
		'shop 2.4.0 <b> a < b <https://evil.example|x>',
	);
	expect(outsideWords('<@U0OMAR00001> <!channel>')).toBe('<\u2060@U0OMAR00001> <\u2060!channel>');
});

test('in a sentence shown in Slack only Lockstep’s own mention is one', () => {
	const shown = sentence(`<@U0LENA00001> closed ${outsideWords('<@U0OMAR00001> <!subteam^S0ONCALL001>')}.`);
	expect(shown).toContain('<@U0LENA00001> closed &lt;@\u2060U0OMAR00001&gt; &lt;!subteam');
	expect(shown.match(/</gu)).toHaveLength(1);
});
