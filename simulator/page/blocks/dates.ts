/** Whose clock a date is shown by. */
export type Clock = {
	/** Unix milliseconds. */
	readonly now: number;
	/** An IANA name, such as `Europe/Berlin`. */
	readonly timeZone: string;
};

type Parts = {
	readonly year: number;
	readonly month: number;
	readonly day: number;
	readonly hour: number;
	readonly minute: number;
	readonly second: number;
};

/**
 * A date in the reader's zone by Slack's tokens (Slack: "Formatting text for app surfaces", date formatting; "Date
 * element"). Undefined where the seconds or the zone tell no date: the fallback is shown then. As in Slack the first
 * letter is a capital, times are of 24 hours.
 */
export function formatDate(seconds: number, format: string, clock: Clock): string | undefined {
	const milliseconds = seconds * 1000;
	if (!Number.isFinite(milliseconds) || Math.abs(milliseconds) > 8.64e15) return undefined;
	try {
		const text = format.replaceAll(
			/\{([a-z_]+)\}/g,
			(token, name: string) => write(name, milliseconds, clock) ?? token,
		);
		return text.charAt(0).toUpperCase() + text.slice(1);
	} catch {
		return undefined;
	}
}

/** The date and time in full, such as `Monday, November 23rd, 2026 at 14:02:05 (Europe/Berlin)`; '' where there is none. */
export function fullDate(seconds: number, clock: Clock): string {
	const text = formatDate(seconds, '{date_long} at {time_secs}', clock);
	return text === undefined ? '' : `${text} (${clock.timeZone})`;
}

/** Unix seconds as the value of an `<input type="datetime-local">` in this zone. */
export function wallTime(seconds: number, timeZone: string): string {
	const {year, month, day, hour, minute} = partsIn(seconds * 1000, timeZone);
	return `${padded(year, 4)}-${padded(month)}-${padded(day)}T${padded(hour)}:${padded(minute)}`;
}

/** The unix seconds of a wall time in this zone; of a time that a clock change skips, the one after it. */
export function secondsOf(wall: string, timeZone: string): number | undefined {
	const asUtc = Date.parse(`${wall}Z`);
	if (Number.isNaN(asUtc)) return undefined;
	// The offset at the guess may be the one of the other side of a clock change: look once more from there.
	const first = asUtc - offsetAt(asUtc, timeZone);
	return Math.round((asUtc - offsetAt(first, timeZone)) / 1000);
}

function write(name: string, milliseconds: number, clock: Clock): string | undefined {
	const at = partsIn(milliseconds, clock.timeZone);
	const {year, month, day, hour, minute, second} = at;
	const monthDay = `${monthName(month)} ${ordinal(day)}`;
	const weekday = nameOf({weekday: 'long'}, Date.UTC(year, month - 1, day));
	const long = `${weekday}, ${monthDay}, ${year}`;
	switch (name) {
		case 'date_num':
			return `${padded(year, 4)}-${padded(month)}-${padded(day)}`;
		case 'date_slash':
			return `${padded(day)}/${padded(month)}/${padded(year, 4)}`;
		case 'date':
			return `${monthDay}, ${year}`;
		case 'date_short':
			return shortDate(at);
		case 'date_long':
			return long;
		case 'date_long_full':
			return `${monthName(month)} ${day}, ${year}`;
		case 'date_pretty':
			return nearDay(at, clock) ?? `${monthDay}, ${year}`;
		case 'date_short_pretty':
			return nearDay(at, clock) ?? shortDate(at);
		case 'date_long_pretty':
			return nearDay(at, clock) ?? long;
		case 'day_divider_pretty':
			return (
				nearDay(at, clock) ?? (partsIn(clock.now, clock.timeZone).year === year ? `${weekday}, ${monthDay}` : long)
			);
		case 'time':
			return `${padded(hour)}:${padded(minute)}`;
		case 'time_secs':
			return `${padded(hour)}:${padded(minute)}:${padded(second)}`;
		case 'ago':
			return ago(Math.round((clock.now - milliseconds) / 1000));
		default:
			return undefined;
	}
}

/** `today`, `yesterday` or `tomorrow` by the reader's calendar. */
function nearDay(at: Parts, clock: Clock): string | undefined {
	const today = partsIn(clock.now, clock.timeZone);
	const days = Math.round((dayNumber(at) - dayNumber(today)) / 86_400_000);
	return new Map([
		[-1, 'yesterday'],
		[0, 'today'],
		[1, 'tomorrow'],
	]).get(days);
}

function dayNumber({year, month, day}: Parts): number {
	return Date.UTC(year, month - 1, day);
}

function shortDate({year, month, day}: Parts): string {
	return `${monthName(month).slice(0, 3)} ${day}, ${year}`;
}

function monthName(month: number): string {
	return nameOf({month: 'long'}, Date.UTC(2024, month - 1, 1));
}

function nameOf(what: Intl.DateTimeFormatOptions, milliseconds: number): string {
	return new Intl.DateTimeFormat('en-GB', {...what, timeZone: 'UTC'}).format(milliseconds);
}

function ordinal(day: number): string {
	const ending = new Map([
		['one', 'st'],
		['two', 'nd'],
		['few', 'rd'],
	]).get(new Intl.PluralRules('en', {type: 'ordinal'}).select(day));
	return `${day}${ending ?? 'th'}`;
}

/** A distance in seconds in words; below zero it lies ahead. */
function ago(seconds: number): string {
	const distance = Math.abs(seconds);
	if (distance < 45) return seconds < 0 ? 'in a moment' : 'just now';
	const steps = [
		['day', 86_400],
		['hour', 3600],
		['minute', 60],
	] as const;
	const [unit, size] = steps.find((each) => distance >= each[1]) ?? (['minute', 60] as const);
	const count = Math.max(1, Math.round(distance / size));
	const words = `${count} ${unit}${count === 1 ? '' : 's'}`;
	return seconds < 0 ? `in ${words}` : `${words} ago`;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function partsIn(milliseconds: number, timeZone: string): Parts {
	let format = formats.get(timeZone);
	if (format === undefined) {
		format = new Intl.DateTimeFormat('en-GB', {
			timeZone,
			hourCycle: 'h23',
			year: 'numeric',
			month: 'numeric',
			day: 'numeric',
			hour: 'numeric',
			minute: 'numeric',
			second: 'numeric',
		});
		formats.set(timeZone, format);
	}
	const found = new Map<string, number>(
		format.formatToParts(milliseconds).map((each) => [each.type, Number(each.value)]),
	);
	return {
		year: found.get('year') ?? 0,
		month: found.get('month') ?? 0,
		day: found.get('day') ?? 0,
		hour: found.get('hour') ?? 0,
		minute: found.get('minute') ?? 0,
		second: found.get('second') ?? 0,
	};
}

/** Milliseconds that the zone's clocks are ahead of UTC at this moment. */
function offsetAt(milliseconds: number, timeZone: string): number {
	const {year, month, day, hour, minute, second} = partsIn(milliseconds, timeZone);
	return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(milliseconds / 1000) * 1000;
}

function padded(number: number, width = 2): string {
	return String(number).padStart(width, '0');
}
