import {readFileSync} from 'node:fs';
import {parse} from 'yaml';
import {z} from 'zod';

const Manifest = z.object({
	features: z
		.object({
			slash_commands: z.array(z.object({command: z.string(), should_escape: z.boolean().default(false)})).default([]),
		})
		.default({slash_commands: []}),
	oauth_config: z.object({scopes: z.object({bot: z.array(z.string())})}),
	settings: z
		.object({
			event_subscriptions: z.object({bot_events: z.array(z.string()).default([])}).optional(),
		})
		.default({}),
});

/** What the simulator reads of an app's manifest. */
export type AppManifest = {
	readonly scopes: readonly string[];
	readonly commands: readonly string[];
	/** Commands in whose text people and channels come as ids (should_escape). */
	readonly escapedCommands: readonly string[];
	readonly events: readonly string[];
};

/** Reads a manifest file (YAML or JSON); throws when it is not one. */
export function readManifest(path: string): AppManifest {
	const manifest = Manifest.parse(parse(readFileSync(path, 'utf8')));
	return {
		scopes: manifest.oauth_config.scopes.bot,
		commands: manifest.features.slash_commands.map((each) => each.command),
		escapedCommands: manifest.features.slash_commands.filter((each) => each.should_escape).map((each) => each.command),
		events: manifest.settings.event_subscriptions?.bot_events ?? [],
	};
}
