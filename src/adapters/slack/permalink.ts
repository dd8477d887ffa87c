import type {MessagePlace} from '../../operations/ports/record.ts';
import type {SlackLog} from './log.ts';
import type {WebClient} from './slack-client.ts';

/** The workspace's own address, such as `https://shop.slack.com/`, asked for once; null while Slack does not say. */
export type WorkspaceUrl = () => Promise<string | null>;

export function createWorkspaceUrl(client: WebClient, log: SlackLog): WorkspaceUrl {
	let asking: Promise<string | null> | null = null;

	async function ask(): Promise<string | null> {
		try {
			return (await client.auth.test()).url ?? null;
		} catch (error) {
			// Links are a convenience: without them everything still says which request it is about.
			log.warn({err: error}, 'Slack did not say the workspace’s address; there are no links to messages');
			return null;
		}
	}

	return async () => {
		asking ??= ask();
		const url = await asking;
		if (url === null) asking = null;
		return url;
	};
}

/** The address of a message; null where it is not posted, or the workspace's address is not known or none. */
export function permalink(workspaceUrl: string | null, place: MessagePlace | null): string | null {
	if (workspaceUrl === null || place === null || !/^https?:\/\//u.test(workspaceUrl)) return null;
	return `${workspaceUrl.replace(/\/+$/u, '')}/archives/${place.channel}/p${place.ts.replace('.', '')}`;
}
