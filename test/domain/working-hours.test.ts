import {describe, expect, it} from 'vitest';

import type {WorkingHours} from '../../src/domain/target.ts';
import {afterWorkingMinutes, nextWorkingTime} from '../../src/domain/working-hours.ts';

const weekdays = [1, 2, 3, 4, 5];
const berlin: WorkingHours = {timeZone: 'Europe/Berlin', days: weekdays, from: 9, to: 17};
const kolkata: WorkingHours = {timeZone: 'Asia/Kolkata', days: weekdays, from: 9, to: 18};
const halves: WorkingHours = {timeZone: 'UTC', days: weekdays, from: 8.5, to: 16.25};
const nights: WorkingHours = {timeZone: 'Europe/Berlin', days: [1, 2, 3, 4, 5, 6, 7], from: 0, to: 24};
const early: WorkingHours = {...nights, from: 2, to: 4};

/** Times are written with the offset of their place, and compared as moments. */
const ms = (text: string): number => Date.parse(text);
const iso = (at: number): string => new Date(at).toISOString();

describe('the next working time', () => {
	const table: readonly (readonly [string, WorkingHours, string, string])[] = [
		['inside is the moment itself', berlin, '2026-06-01T10:20:30+02:00', '2026-06-01T10:20:30+02:00'],
		['at the first minute is that minute', berlin, '2026-06-01T09:00:00+02:00', '2026-06-01T09:00:00+02:00'],
		['before the hours is the same day', berlin, '2026-06-01T03:00:00+02:00', '2026-06-01T09:00:00+02:00'],
		['at the end is the next day', berlin, '2026-06-01T17:00:00+02:00', '2026-06-02T09:00:00+02:00'],
		['on Friday evening is Monday', berlin, '2026-06-05T18:00:00+02:00', '2026-06-08T09:00:00+02:00'],
		['on Sunday is Monday', berlin, '2026-06-07T12:00:00+02:00', '2026-06-08T09:00:00+02:00'],
		['over the night that loses an hour', berlin, '2026-03-27T18:00:00+01:00', '2026-03-30T09:00:00+02:00'],
		['over the night that wins an hour', berlin, '2026-10-23T18:00:00+02:00', '2026-10-26T09:00:00+01:00'],
		['is Monday in Kolkata while UTC has Sunday', kolkata, '2026-06-07T20:00:00Z', '2026-06-08T09:00:00+05:30'],
		['in Kolkata, half an hour off', kolkata, '2026-06-01T03:29:00Z', '2026-06-01T03:30:00Z'],
		['at half past', halves, '2026-06-01T08:29:59Z', '2026-06-01T08:30:00Z'],
		['after a quarter past', halves, '2026-06-01T16:15:00Z', '2026-06-02T08:30:00Z'],
		['all day long is any moment', nights, '2026-03-29T02:59:00+01:00', '2026-03-29T03:59:00+02:00'],
		['where the clocks skip the first hour', early, '2026-03-29T01:00:00+01:00', '2026-03-29T03:00:00+02:00'],
	];

	it.each(table)('%s', (_what, hours, from, expected) => {
		expect(iso(nextWorkingTime(hours, ms(from)))).toBe(iso(ms(expected)));
	});
});

describe('after minutes of working time', () => {
	const table: readonly (readonly [string, WorkingHours, string, number, string])[] = [
		['on the same day', berlin, '2026-06-01T10:00:00+02:00', 120, '2026-06-01T12:00:00+02:00'],
		['from before the hours', berlin, '2026-06-01T06:00:00+02:00', 120, '2026-06-01T11:00:00+02:00'],
		['over a night', berlin, '2026-06-01T16:00:00+02:00', 120, '2026-06-02T10:00:00+02:00'],
		['over a week-end', berlin, '2026-06-05T16:30:00+02:00', 60, '2026-06-08T09:30:00+02:00'],
		['from a Saturday', berlin, '2026-06-06T11:00:00+02:00', 45, '2026-06-08T09:45:00+02:00'],
		['that end with the day: the next one', berlin, '2026-06-01T15:00:00+02:00', 120, '2026-06-02T09:00:00+02:00'],
		['of a whole week', berlin, '2026-06-01T09:00:00+02:00', 5 * 480, '2026-06-08T09:00:00+02:00'],
		['of two weeks and a bit', berlin, '2026-06-01T09:00:00+02:00', 10 * 480 + 1, '2026-06-15T09:01:00+02:00'],
		['over the hour that is lost', nights, '2026-03-29T01:00:00+01:00', 120, '2026-03-29T04:00:00+02:00'],
		['over the hour that comes twice', nights, '2026-10-25T01:00:00+02:00', 180, '2026-10-25T03:00:00+01:00'],
		['of a day that is an hour short', early, '2026-03-29T01:00:00+01:00', 60, '2026-03-30T02:00:00+02:00'],
		['in Kolkata', kolkata, '2026-06-05T17:00:00+05:30', 90, '2026-06-08T09:30:00+05:30'],
		['with hours from half past to a quarter past', halves, '2026-06-01T16:00:00Z', 30, '2026-06-02T08:45:00Z'],
		['of half a minute', berlin, '2026-06-01T10:00:00+02:00', 0.5, '2026-06-01T10:00:30+02:00'],
	];

	it.each(table)('%s', (_what, hours, from, minutes, expected) => {
		expect(iso(afterWorkingMinutes(hours, ms(from), minutes))).toBe(iso(ms(expected)));
	});

	it('more than ten years hold ends with these', () => {
		const scarce = {...berlin, days: [1], from: 9, to: 9.05};
		const from = ms('2026-06-01T10:00:00+02:00');
		const end = afterWorkingMinutes(scarce, from, 1_000_000);
		expect(iso(end)).toMatch(/^2036-06-/u);
	});
});
