const DAY = 86_400_000;

/** A Slack timestamp as unix milliseconds. */
export function millisecondsOf(ts: string): number {
	return Number(ts) * 1000;
}

/** `14:02` in the reader's zone. */
export function clock(ts: string, timeZone: string): string {
	return format(ts, timeZone, {hour: '2-digit', minute: '2-digit', hour12: false, hourCycle: 'h23'});
}

/** `Monday, 23 November 2026 at 14:02:11` in the reader's zone. */
export function fullTime(ts: string, timeZone: string): string {
	const date = format(ts, timeZone, {dateStyle: 'full'});
	return `${date} at ${format(ts, timeZone, {timeStyle: 'medium', hourCycle: 'h23'})}`;
}

/** The day as a key: `2026-11-23` in the reader's zone. */
export function dayOf(ts: string, timeZone: string): string {
	return new Intl.DateTimeFormat('sv-SE', {timeZone}).format(millisecondsOf(ts));
}

/** `Today`, `Yesterday`, or `Friday, 20 November`, in the reader's zone. */
export function dayName(ts: string, timeZone: string, now: number): string {
	const day = dayOf(ts, timeZone);
	if (day === dayOf(String(now / 1000), timeZone)) return 'Today';
	if (day === dayOf(String((now - DAY) / 1000), timeZone)) return 'Yesterday';
	const old = now - millisecondsOf(ts) > 300 * DAY;
	return format(ts, timeZone, {weekday: 'long', day: 'numeric', month: 'long', ...(old ? {year: 'numeric'} : {})});
}

/** `today at 14:02`. */
export function moment(ts: string, timeZone: string, now: number): string {
	const day = dayName(ts, timeZone, now);
	const word = day === 'Today' || day === 'Yesterday' ? day.toLowerCase() : day;
	return `${word} at ${clock(ts, timeZone)}`;
}

/** `512 B`, `3.4 kB`, `10.2 MB`. */
export function sizeText(bytes: number): string {
	if (bytes < 1000) return `${bytes} B`;
	if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`;
	return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function format(ts: string, timeZone: string, options: Intl.DateTimeFormatOptions): string {
	return new Intl.DateTimeFormat('en-GB', {timeZone, ...options}).format(millisecondsOf(ts));
}
