import {readFileSync} from 'node:fs';
import {parse} from 'yaml';
import {z} from 'zod';

const SlashCommand = z.object({
	command: z.string(),
	description: z.string().default(''),
	usage_hint: z.string().default(''),
	should_escape: z.boolean().default(false),
});

const Shortcut = z.object({
	name: z.string(),
	type: z.enum(['global', 'message']),
	callback_id: z.string(),
	description: z.string().default(''),
});

const Manifest = z.object({
	features: z
		.object({
			app_home: z.object({home_tab_enabled: z.boolean().default(false)}).optional(),
			shortcuts: z.array(Shortcut).default([]),
			slash_commands: z.array(SlashCommand).default([]),
		})
		.default({shortcuts: [], slash_commands: []}),
	oauth_config: z.object({scopes: z.object({bot: z.array(z.string())})}),
	settings: z
		.object({
			event_subscriptions: z.object({bot_events: z.array(z.string()).default([])}).optional(),
		})
		.default({}),
});

/** A slash command as people are offered it. */
export type CommandDetails = {readonly command: string; readonly description: string; readonly usageHint: string};

/** A shortcut of the app: in the composer's menu (`global`) or in a message's (`message`). */
export type AppShortcut = {
	readonly kind: 'global' | 'message';
	readonly name: string;
	readonly callbackId: string;
	readonly description: string;
};

/** What the simulator reads of an app's manifest. */
export type AppManifest = {
	readonly scopes: readonly string[];
	readonly commands: readonly string[];
	/** Commands in whose text people and channels come as ids (should_escape). */
	readonly escapedCommands: readonly string[];
	readonly commandDetails: readonly CommandDetails[];
	readonly shortcuts: readonly AppShortcut[];
	/** The app has a Home tab (features.app_home.home_tab_enabled). */
	readonly homeTab: boolean;
	readonly events: readonly string[];
};

/** What an app must be allowed to do before it may hear of something (Slack: each event's page). */
const eventScopes: Readonly<Record<string, string>> = {
	app_mention: 'app_mentions:read',
	'message.channels': 'channels:history',
	'message.groups': 'groups:history',
	'message.im': 'im:history',
	'message.mpim': 'mpim:history',
	reaction_added: 'reactions:read',
	reaction_removed: 'reactions:read',
};

/** Reads a manifest file (YAML or JSON); throws when it is not one, or one that Slack would refuse. */
export function readManifest(path: string): AppManifest {
	const {features, oauth_config, settings} = Manifest.parse(parse(readFileSync(path, 'utf8')));
	const commands = features.slash_commands;
	const scopes = oauth_config.scopes.bot;
	const events = settings.event_subscriptions?.bot_events ?? [];
	refuseMissingScopes({scopes, events, interactive: commands.length + features.shortcuts.length > 0});
	return {
		scopes,
		commands: commands.map((each) => each.command),
		escapedCommands: commands.filter((each) => each.should_escape).map((each) => each.command),
		commandDetails: commands.map(({command, description, usage_hint}) => ({
			command,
			description,
			usageHint: usage_hint,
		})),
		shortcuts: features.shortcuts.map(({name, type, callback_id, description}) => ({
			kind: type,
			name,
			callbackId: callback_id,
			description,
		})),
		homeTab: features.app_home?.home_tab_enabled ?? false,
		events,
	};
}

/** Commands and shortcuts need the scope `commands`, most events one of their own. */
function refuseMissingScopes({
	scopes,
	events,
	interactive,
}: Pick<AppManifest, 'scopes' | 'events'> & {readonly interactive: boolean}): void {
	const needed = [...(interactive ? ['commands'] : []), ...events.flatMap((each) => eventScopes[each] ?? [])];
	const missing = [...new Set(needed)].filter((each) => !scopes.includes(each));
	if (missing.length > 0) throw new Error(`The manifest lacks the scope ${missing.join(', ')}.`);
}
