import type {Person} from '../../domain/person.ts';

/** Fresh look-ups in Slack; nothing is cached. Throws Failure slack-unreachable, slack-refused. */
export interface People {
	/** Null when Slack knows nobody by that id. */
	person(id: string): Promise<Person | null>;
	/** The people behind user ids, user-group ids and e-mail addresses; unknown ones are left out. */
	members(names: readonly string[]): Promise<readonly Person[]>;
}
