import type {SlackActions} from '../actions.ts';
import type {SlackLog} from '../log.ts';
import type {WorkspaceUrl} from '../permalink.ts';
import type {WebClient} from '../slack-client.ts';

/** What every listener works with. */
export interface Desk {
	readonly actions: SlackActions;
	readonly client: WebClient;
	readonly log: SlackLog;
	readonly workspaceUrl: WorkspaceUrl;
	/** Epoch milliseconds. */
	readonly now: () => number;
	/** Fetches an uploaded file's bytes with the bot token. */
	readonly download: (fileId: string) => Promise<{readonly name: string; readonly bytes: Uint8Array}>;
}

/** Who asked, and the ways to answer that person. */
export interface Asker {
	readonly person: string;
	readonly channel: string | null;
	/** Set where the click was in a thread: the answer belongs there. */
	readonly threadTs: string | null;
	/** Up to five answers within 30 minutes (docs.slack.dev/interactivity/handling-user-interaction). */
	readonly responseUrl: string | null;
	/** A slash command works where the app is no member of the channel; only its response_url reaches that place. */
	readonly responseUrlFirst: boolean;
}
