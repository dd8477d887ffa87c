import type {Surface} from '../surface.ts';
import type {Clock} from './dates.ts';

/** The reader's clock now. */
export function clockOf({directory}: Surface): Clock {
	return {now: Date.now(), timeZone: directory.me.timeZone};
}
