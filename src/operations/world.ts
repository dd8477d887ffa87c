import type {Clock} from './ports/clock.ts';
import type {Hash} from './ports/hash.ts';
import type {People} from './ports/people.ts';
import type {JobQueue} from './ports/queue.ts';
import type {RecordStore} from './ports/record.ts';
import type {ScriptReader} from './ports/script-reader.ts';
import type {Settings} from './ports/settings.ts';

/** What every operation may reach of the world; bots and workers have this much in common. */
export interface World {
	readonly record: RecordStore;
	readonly queue: JobQueue;
	readonly people: People;
	readonly scripts: ScriptReader;
	readonly settings: Settings;
	readonly clock: Clock;
	readonly hash: Hash;
	/** A new random UUID. */
	readonly uuid: () => string;
}
