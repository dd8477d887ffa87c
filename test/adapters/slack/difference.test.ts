import {describe, expect, test} from 'vitest';
import {checkMessage} from '../../../simulator/limits/message.ts';
import {differenceMessage} from '../../../src/adapters/slack/views/thread/difference.ts';
import type {Rendered} from '../../../src/adapters/slack/views/words.ts';
import type {PendingStatement} from '../../../src/domain/review/review.ts';
import type {ReplacedScript} from '../../../src/operations/ports/record.ts';
import {dana, finding, noon, record, review} from './request-record.ts';

const before = 'cd34'.repeat(16);
const replaced: ReplacedScript = {
	version: '2.4.0',
	summary: 'Adds coupons.',
	scriptSha256: before,
	scriptName: 'migration.sql',
	approved: false,
	person: dana,
	at: noon,
};

function statement(sql: string, change: Partial<PendingStatement> = {}): PendingStatement {
	return {migration: '20260301090000_AddCoupons', place: {line: 7, column: 1}, sql, conditions: [], ...change};
}

/** A table of this many columns, a line each. */
function table(columns: number, type = 'integer'): PendingStatement {
	const lines = Array.from({length: columns}, (_, index) => `\tcolumn_${index} ${type}`);
	return statement(`CREATE TABLE coupons (\n${lines.join(',\n')}\n);`);
}

function shown(
	earlier: readonly PendingStatement[],
	now: readonly PendingStatement[],
	shownRecord = record({}, {replaced: [replaced]}),
): Rendered {
	const message = differenceMessage(shownRecord, {before, earlier, now});
	if (message === null) throw new Error('There is nothing to compare.');
	return message;
}

function textOf({blocks}: Rendered, id: string): string {
	const block = blocks.find((one) => one.block_id === id);
	if (block?.type !== 'section') throw new Error(`There is no block ${id}.`);
	return block.text?.text ?? '';
}

describe('what new bytes change', () => {
	test('is shown as a unified diff with three lines around', () => {
		const message = shown(
			[table(9)],
			[statement(table(9).sql.replace('column_5 integer', 'column_5 bigint')), statement('ANALYZE coupons;')],
		);
		expect(message.text).toBe('MR-12: what changed since the script before');
		expect(textOf(message, 'difference-title')).toBe('*What changed* since the script before: +2 −1 lines');
		expect(textOf(message, 'difference-0')).toBe(
			[
				'```',
				' \tcolumn_2 integer,',
				' \tcolumn_3 integer,',
				' \tcolumn_4 integer,',
				'-\tcolumn_5 integer,',
				'+\tcolumn_5 bigint,',
				' \tcolumn_6 integer,',
				' \tcolumn_7 integer,',
				' \tcolumn_8 integer',
				' );',
				'+ANALYZE coupons;',
				'```',
			].join('\n'),
		);
	});

	test('in two places far apart has a mark between them', () => {
		const now = table(20).sql.replace('column_1 integer', 'column_1 bigint').replace('column_18 integer', 'b bigint');
		const lines = textOf(shown([table(20)], [statement(now)]), 'difference-0').split('\n');
		expect(lines.filter((line) => line === '⋯')).toHaveLength(1);
		expect(lines.filter((line) => /^[-+]/u.test(line))).toHaveLength(4);
	});

	test('is told of what was approved last, where somebody had approved it', () => {
		const approved = record(
			{},
			{
				replaced: [
					{...replaced, approved: true},
					{...replaced, scriptSha256: 'e'.repeat(64)},
				],
			},
		);
		const message = shown([table(2)], [table(3)], approved);
		expect(textOf(message, 'difference-title')).toMatch(/^\*What changed\* since MR-12 was last approved: \+/u);
	});

	test('may be nothing: a line that moved, another guard, another line break', () => {
		const moved = statement(table(3).sql.replaceAll('\n', '\r\n'), {place: {line: 90, column: 5}});
		const {blocks} = shown([table(3)], [moved]);
		expect(blocks).toHaveLength(1);
		expect(textOf({text: '', blocks}, 'difference-title')).toBe(
			'*What changed* since the script before\nTakes effect exactly as before; only what surrounds it changed.',
		);
	});

	test('may be the migration or the condition alone', () => {
		const other = {migration: '20260302090000_Later', conditions: ['NOT EXISTS(SELECT 1)']};
		expect(textOf(shown([statement('SELECT 1;')], [statement('SELECT 1;', other)]), 'difference-0')).toBe(
			'```\n--- 20260301090000_AddCoupons\n+-- 20260302090000_Later\n+-- only NOT EXISTS(SELECT 1)\n SELECT 1;\n```',
		);
	});

	test('may be everything: nothing took effect before, or nothing does now', () => {
		expect(textOf(shown([], [table(1)]), 'difference-title')).toContain('+4 −0 lines');
		expect(textOf(shown([table(1)], []), 'difference-title')).toContain('+0 −4 lines');
	});

	test('comes with the findings of the new script', () => {
		const message = shown(
			[table(1)],
			[table(2)],
			record({review: review({findings: [finding()]})}, {replaced: [replaced]}),
		);
		expect(textOf(message, 'details-findings')).toContain('Why: What it holds is gone.');
	});
});

describe('a difference too long for a message', () => {
	test('is cut at a line, with the file pointed to', () => {
		const message = shown([table(10)], [table(500, 'varchar(40) NOT NULL')]);
		expectFits(message);
		const lines = message.blocks.flatMap((block) =>
			block.type === 'section' && /^difference-\d$/u.test(block.block_id ?? '')
				? (block.text?.text ?? '').split('\n').slice(1, -1)
				: [],
		);
		const left = Number(/… and (\d+) more lines/u.exec(textOf(message, 'difference-rest'))?.[1]);
		expect(textOf(message, 'difference-title')).toContain('+500 −10 lines');
		expect(lines.length + left).toBe(513);
		expect(textOf(message, 'difference-rest')).toContain('read the script’s file in this thread.');
	});

	test('of one endless line is cut inside it', () => {
		const values = Array.from({length: 4000}, (_, index) => `(${index}, 'a<b>&c')`).join(', ');
		const message = shown([statement('SELECT 1;')], [statement(`INSERT INTO t VALUES ${values};`)]);
		expectFits(message);
		expect(textOf(message, 'difference-0')).toMatch(
			/\n-SELECT 1;\n\+INSERT INTO t VALUES \(0, 'a&lt;b&gt;&amp;c'\)[\s\S]*…\n```$/u,
		);
	});

	test('and between scripts with nothing in common is not made', () => {
		expect(differenceMessage(record(), {before, earlier: [table(3000, 'text')], now: [table(3000)]})).toBeNull();
	});
});

test('hostile SQL stays inside its block and keeps its signs', () => {
	const hostile = '```\n<!channel> <@U0OMAR00001> <https://evil.example|ok>\r+forged\u202E :tada:\n```';
	const message = shown([], [statement(hostile, {migration: hostile, conditions: [hostile]})]);
	expectFits(message);
	const text = textOf(message, 'difference-0');
	expect(text.slice(3, -3)).not.toContain('`');
	expect(text).not.toMatch(/<|\u202E/u);
	for (const line of text.split('\n').slice(1, -1)) expect(line).toMatch(/^\+/u);
});

function expectFits({text, blocks}: Rendered): void {
	const sent = JSON.parse(JSON.stringify(blocks)) as NonNullable<Parameters<typeof checkMessage>[0]['blocks']>;
	expect(() => checkMessage({text, blocks: sent}, 'post')).not.toThrow();
}
