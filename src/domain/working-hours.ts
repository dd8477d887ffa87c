// Luxon is a pure function of its arguments here: no clock and no zone of the machine's own comes in.
// oxlint-disable-next-line no-restricted-imports
import {DateTime} from 'luxon';

import type {WorkingHours} from './target.ts';

/** Ten years: whoever looks further has no working time to speak of. */
const daysLookedAt = 3660;
const dayMs = 86_400_000;

/** The first moment from `from` on that is working time, `from` itself where it is. Epoch milliseconds. */
export function nextWorkingTime(hours: WorkingHours, from: number): number {
	return afterWorkingMinutes(hours, from, 0);
}

/**
 * The moment `minutes` of working time after `from`, itself in working time: where the minutes end with a day's hours,
 * it is the begin of the next; where ten years do not hold them, it is the end of these. Hours are those of the wall
 * clock, so a day is longer or shorter where the clocks change within its hours. Epoch milliseconds.
 */
export function afterWorkingMinutes(hours: WorkingHours, from: number, minutes: number): number {
	let left = minutes * 60_000;
	let day = DateTime.fromMillis(from, {zone: hours.timeZone}).startOf('day');
	for (let looked = 0; looked < daysLookedAt; looked++) {
		if (hours.days.includes(day.weekday)) {
			const start = Math.max(from, at(day, hours.from));
			const length = Math.max(0, at(day, hours.to) - start);
			if (left < length) return start + left;
			left -= length;
		}
		day = day.plus({days: 1}).startOf('day');
	}
	return from + daysLookedAt * dayMs;
}

/** The hour of this day on the wall clock; 24 is the begin of the next day. */
function at(day: DateTime, hour: number): number {
	const minutes = Math.round(hour * 60);
	if (minutes >= 24 * 60) return day.plus({days: 1}).startOf('day').toMillis();
	return day.set({hour: Math.floor(minutes / 60), minute: minutes % 60}).toMillis();
}
