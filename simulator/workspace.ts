import {z} from 'zod';

/** What a person is; the four flags are what an app sees in users.info. */
export const PersonRecord = z.object({
	id: z.string().regex(/^[UW][A-Z0-9]{8,}$/),
	name: z.string(),
	realName: z.string(),
	email: z.string(),
	timeZone: z.string(),
	/** is_restricted: a guest of this workspace. */
	guest: z.boolean().default(false),
	/** deleted: the account is switched off. */
	deactivated: z.boolean().default(false),
	bot: z.boolean().default(false),
	/** is_stranger, of another team: somebody met through Slack Connect. */
	stranger: z.boolean().default(false),
});

const ChannelRecord = z.object({
	id: z.string().regex(/^[CG][A-Z0-9]{8,}$/),
	name: z.string(),
	private: z.boolean().default(false),
	appIsMember: z.boolean().default(true),
	/** Names of people. */
	members: z.array(z.string()),
});

const UserGroupRecord = z.object({
	id: z.string().regex(/^S[A-Z0-9]{8,}$/),
	handle: z.string(),
	name: z.string(),
	/** Names of people. */
	members: z.array(z.string()),
});

/** A whole workspace as it is when the simulator starts. */
export const Workspace = z.object({
	team: z.object({id: z.string(), name: z.string(), domain: z.string()}),
	app: z.object({
		id: z.string(),
		name: z.string(),
		botId: z.string(),
		botUserId: z.string(),
	}),
	people: z.array(PersonRecord),
	channels: z.array(ChannelRecord),
	userGroups: z.array(UserGroupRecord),
});

export type Workspace = z.infer<typeof Workspace>;
export type PersonRecord = z.infer<typeof PersonRecord>;
