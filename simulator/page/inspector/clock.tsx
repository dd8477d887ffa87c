import {createContext} from 'preact';
import type {ComponentChild} from 'preact';
import {useContext} from 'preact/hooks';

/** The zone of the person who looks; the machine's own until it is known. */
export const TimeZone = createContext<string | undefined>(undefined);

/** Hours, minutes, seconds and milliseconds, for entries that follow each other fast. `at` is unix milliseconds. */
export function Clock({at}: {readonly at: number}): ComponentChild {
	const timeZone = useContext(TimeZone);
	const zone = timeZone === undefined ? {} : {timeZone};
	const clock = new Intl.DateTimeFormat('en-GB', {timeStyle: 'medium', hourCycle: 'h23', ...zone}).format(at);
	const date = new Intl.DateTimeFormat('en-GB', {dateStyle: 'full', ...zone}).format(at);
	return (
		<time dateTime={new Date(at).toISOString()} title={date}>
			{clock}.{String(Math.floor(at) % 1000).padStart(3, '0')}
		</time>
	);
}
