import {z} from 'zod';
import type {Person} from '../../domain/person.ts';
import type {People} from '../../operations/ports/people.ts';
import type {WebClient} from './slack-client.ts';
import {calling, slackErrorCode} from './slack-failure.ts';

const SlackUser = z.object({
	id: z.string(),
	team_id: z.string().optional(),
	name: z.string().optional(),
	real_name: z.string().optional(),
	deleted: z.boolean().optional(),
	is_bot: z.boolean().optional(),
	is_restricted: z.boolean().optional(),
	is_ultra_restricted: z.boolean().optional(),
	is_stranger: z.boolean().optional(),
	enterprise_user: z.object({teams: z.array(z.string()).optional()}).optional(),
});

/** Fresh look-ups; only the id of our own workspace, which a token cannot change, is kept. */
export function createPeople(client: WebClient): People {
	let ownTeam: string | null = null;

	async function team(): Promise<string> {
		ownTeam ??= (await calling('auth.test', () => client.auth.test())).team_id ?? '';
		return ownTeam;
	}

	async function person(id: string): Promise<Person | null> {
		const user = await unlessUnknown('the look-up of a person', async () => (await client.users.info({user: id})).user);
		return user === null ? null : toPerson(SlackUser.parse(user), await team());
	}

	async function members(names: readonly string[]): Promise<readonly Person[]> {
		const ids = new Set<string>();
		for (const name of names) for (const id of await idsOf(client, name)) ids.add(id);
		const people: Person[] = [];
		for (const id of ids) {
			const found = await person(id);
			if (found !== null) people.push(found);
		}
		return people;
	}

	return {person, members};
}

/** The user ids behind one configured name: a user id, a user-group id or an e-mail address. */
async function idsOf(client: WebClient, name: string): Promise<readonly string[]> {
	if (name.includes('@')) {
		const id = await idOfEmail(client, name);
		return id === null ? [] : [id];
	}
	if (!name.startsWith('S')) return [name];
	const users = await unlessUnknown(
		'the look-up of a user group',
		async () => (await client.usergroups.users.list({usergroup: name})).users,
	);
	return users ?? [];
}

/** Null when Slack knows nobody by that address. */
export async function idOfEmail(client: WebClient, email: string): Promise<string | null> {
	const user = await unlessUnknown(
		'the look-up of an e-mail address',
		async () => (await client.users.lookupByEmail({email})).user,
	);
	return user?.id ?? null;
}

const unknownCodes: ReadonlySet<string> = new Set([
	'user_not_found',
	'users_not_found',
	'user_not_visible',
	'no_such_subteam',
	'subteam_not_found',
]);

async function unlessUnknown<T>(doing: string, call: () => Promise<T | undefined>): Promise<T | null> {
	return calling(doing, async () => {
		try {
			return (await call()) ?? null;
		} catch (error) {
			if (unknownCodes.has(slackErrorCode(error) ?? '')) return null;
			throw error;
		}
	});
}

function toPerson(user: z.infer<typeof SlackUser>, ownTeam: string): Person {
	const elsewhere = user.team_id !== undefined && ownTeam !== '' && user.team_id !== ownTeam;
	// On Enterprise Grid a person's team_id may be another workspace of the same organisation.
	const sharedGrid = user.enterprise_user?.teams?.includes(ownTeam) ?? false;
	return {
		id: user.id,
		name: user.real_name ?? user.name ?? user.id,
		deactivated: user.deleted ?? false,
		bot: (user.is_bot ?? false) || user.id === 'USLACKBOT',
		guest: (user.is_restricted ?? false) || (user.is_ultra_restricted ?? false),
		stranger: (user.is_stranger ?? false) || (elsewhere && !sharedGrid),
	};
}
