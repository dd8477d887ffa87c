import {describe, expect, test} from 'vitest';
import {methods} from '../../simulator/api/methods.ts';
import type {CallEntry} from '../../simulator/log.ts';
import {calmMood, Misbehaviour, setMood} from '../../simulator/misbehaviour.ts';
import type {MisbehaviourRequest} from '../../simulator/misbehaviour.ts';
import {
	callsPerMinute,
	inWords,
	levelOf,
	limitOfMethod,
	ratesOf,
	worstFirst,
} from '../../simulator/page/inspector/figures.ts';
import {callWishes, moodInWords, requestOf} from '../../simulator/page/inspector/wishes.ts';

const now = 1_790_000_000_000;

function call(number: number, method: string, secondsAgo: number, channel?: string): CallEntry {
	return {
		number,
		at: now - secondsAgo * 1000,
		method,
		arguments: channel === undefined ? {} : {channel},
		status: 200,
		answer: {ok: true},
		subjects: [],
		milliseconds: 1,
	};
}

describe('a figure against its limit', () => {
	test.each([
		{used: 80, limit: 100, level: 'fine', words: '80 of 100, 80 %'},
		{used: 81, limit: 100, level: 'near', words: '81 of 100, 81 %: near the limit'},
		{used: 3000, limit: 3000, level: 'near', words: '3,000 of 3,000, 100 %: at the limit'},
		{used: 3001, limit: 3000, level: 'over', words: '3,001 of 3,000, 100 %: over the limit'},
	])('is told in words: $words', ({used, limit, level, words}) => {
		expect(levelOf({used, limit})).toBe(level);
		expect(inWords({used, limit})).toBe(words);
	});

	test('stands above those that are further from their limits', () => {
		const uses = [
			{name: 'far', used: 900, limit: 3000},
			{name: 'over', used: 160, limit: 150},
			{name: 'near', used: 49, limit: 50},
		];
		expect(worstFirst(uses).map(({name}) => name)).toEqual(['over', 'near', 'far']);
	});
});

describe('the call log', () => {
	test('counts calls in the minute in which they were made', () => {
		const calls = [
			call(1, 'auth.test', 16 * 60),
			call(2, 'auth.test', 119),
			call(3, 'auth.test', 59),
			call(4, 'auth.test', 0),
		];
		const counts = callsPerMinute(calls, now).map(({count}) => count);
		expect(counts).toEqual([...Array.from({length: 13}, () => 0), 1, 2]);
	});

	test('counts posts by channel, the other methods for the whole workspace, the last minute alone', () => {
		const calls = [
			call(1, 'chat.update', 61, 'C1'),
			call(2, 'chat.update', 30, 'C1'),
			call(3, 'chat.update', 20, 'C2'),
			call(4, 'chat.postMessage', 10, 'C1'),
			call(5, 'chat.postMessage', 9, 'C1'),
			call(6, 'chat.postMessage', 8, 'C2'),
		];
		expect(ratesOf(calls, now)).toEqual([
			{name: 'chat.update', per: 'workspace', used: 2, limit: 50},
			{name: 'chat.postMessage', per: 'C1', used: 2, limit: 60},
			{name: 'chat.postMessage', per: 'C2', used: 1, limit: 60},
		]);
	});

	test.each(Object.entries(methods).filter(([name]) => name !== 'chat.postMessage'))(
		'holds %s against the limit that this Slack enforces',
		(name, {perMinute}) => {
			expect(limitOfMethod(name)).toBe(perMinute);
		},
	);
});

describe('the switches', () => {
	test.each(callWishes)('ask for "$name" in a way that the simulator takes', (wish) => {
		const request = requestOf(wish, {method: ' chat.update ', times: 3, extra: wish.extra?.start ?? ''});
		expect(Misbehaviour.parse(request)).toMatchObject({kind: wish.kind, method: 'chat.update', times: 3});
	});

	test('mean every method where none is named', () => {
		const wish = callWishes.find(({kind}) => kind === 'answer_lost');
		expect(wish && requestOf(wish, {method: '', times: 1, extra: ''})).toEqual({kind: 'answer_lost', times: 1});
	});

	test('say what is on now', () => {
		const mood = calmMood();
		expect(moodInWords(mood)).toEqual([]);
		const wishes: readonly MisbehaviourRequest[] = [
			{kind: 'down', on: true},
			{kind: 'rate_limits', on: true},
			{kind: 'duplicate_deliveries', times: 2},
			{kind: 'rate_limited', method: 'chat.update', times: 4, retryAfter: 3},
			{kind: 'slack_error', error: 'fatal_error'},
		];
		for (const wish of wishes) setMood(mood, Misbehaviour.parse(wish));
		expect(moodInWords(mood)).toEqual([
			'Slack is down.',
			'Slack’s real rate limits are on.',
			'The next 2 payloads will come twice.',
			'429, retry after 3 s, for the next 4 calls of chat.update.',
			'Error fatal_error for the next call of any method.',
		]);
	});
});
