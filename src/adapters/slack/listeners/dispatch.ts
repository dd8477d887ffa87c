import type {ModalView} from '@slack/types';
import {clickListeners} from './clicks.ts';
import {commandTyped} from './command.ts';
import type {Asker, Desk} from './desk.ts';
import {guard} from './guard.ts';
import {homeOpened} from './home.ts';
import {Click, Command, HomeOpened, Shortcut, Submission} from './payloads.ts';
import type {FieldErrors} from './script-field.ts';
import {createSeen} from './seen.ts';
import {shortcutListeners} from './shortcuts.ts';
import {submissionListeners} from './submissions.ts';
import {oneLine, tell} from './tell.ts';

/** What Slack hands over, apart from its transport: acknowledged at once, answered once, never dropped silently. */
export interface Dispatch {
	command(body: unknown, ack: () => Promise<void>): Promise<void>;
	shortcut(body: unknown, ack: () => Promise<void>): Promise<void>;
	click(body: unknown, ack: () => Promise<void>): Promise<void>;
	submission(body: unknown, ack: SubmissionAck): Promise<void>;
	/** An event, which is acknowledged already. */
	event(body: unknown): Promise<void>;
}

export interface SubmissionAck {
	close(): Promise<void>;
	errors(found: FieldErrors): Promise<void>;
	update(view: ModalView): Promise<void>;
}

export function createDispatch(desk: Desk): Dispatch {
	const seen = createSeen(desk.now);

	async function command(body: unknown, ack: () => Promise<void>): Promise<void> {
		await ack();
		const typed = Command.safeParse(body);
		if (!typed.success) return unreadable(desk, 'a slash command', typed.error);
		if (!seen.first(`command ${typed.data.triggerId}`)) return;
		await guard(desk, typed.data.asker, 'command', () => commandTyped(typed.data, desk));
	}

	async function shortcut(body: unknown, ack: () => Promise<void>): Promise<void> {
		await ack();
		const picked = Shortcut.safeParse(body);
		if (!picked.success) return unreadable(desk, 'a shortcut', picked.error);
		if (!seen.first(`shortcut ${picked.data.triggerId}`)) return;
		const {asker, callbackId} = picked.data;
		await guard(desk, asker, callbackId, async () => {
			const listener = shortcutListeners.get(callbackId);
			if (listener === undefined) return await unknown(desk, asker, 'shortcut');
			await listener(picked.data, desk);
		});
	}

	async function click(body: unknown, ack: () => Promise<void>): Promise<void> {
		await ack();
		const clicked = Click.safeParse(body);
		if (!clicked.success) return unreadable(desk, 'a click', clicked.error);
		if (!seen.first(`click ${clicked.data.key}`)) return;
		// Selects and pickers in a form report each change; only what they hold at the end counts.
		const listener = clickListeners.get(clicked.data.actionId);
		if (listener === undefined && clicked.data.type !== 'button') return;
		await guard(desk, clicked.data.asker, clicked.data.actionId, async () => {
			if (listener === undefined) return await unknown(desk, clicked.data.asker, 'button');
			await listener(clicked.data, desk);
		});
	}

	async function submission(body: unknown, ack: SubmissionAck): Promise<void> {
		const submitted = Submission.safeParse(body);
		if (!submitted.success) {
			await ack.close();
			return unreadable(desk, 'a submitted form', submitted.error);
		}
		const nowhere = {
			person: submitted.data.person,
			channel: null,
			threadTs: null,
			responseUrl: null,
			responseUrlFirst: false,
		};
		const listener = submissionListeners.get(submitted.data.callbackId);
		if (listener === undefined) {
			await ack.close();
			return await unknown(desk, nowhere, 'window');
		}
		const verdict = listener(submitted.data, desk);
		if (verdict.kind === 'errors') return await ack.errors(verdict.errors);
		await (verdict.view === null ? ack.close() : ack.update(verdict.view));
		if (!seen.first(`submission ${submitted.data.key}`)) return;
		await guard(desk, verdict.asker, submitted.data.callbackId, verdict.work);
	}

	async function event(body: unknown): Promise<void> {
		const opened = HomeOpened.safeParse(body);
		if (!opened.success) return unreadable(desk, 'an event', opened.error);
		if (!seen.first(`event ${opened.data.eventId}`)) return;
		await homeOpened(opened.data, desk);
	}

	return {command, shortcut, click, submission, event};
}

async function unknown(desk: Desk, asker: Asker, what: string): Promise<void> {
	await tell(
		desk,
		asker,
		oneLine(`⊘ This ${what} is from another version of Lockstep and does nothing any more. Try \`/migrate list\`.`),
	);
}

function unreadable(desk: Desk, what: string, error: unknown): void {
	desk.log.error({err: error}, `Slack sent ${what} that Lockstep cannot read`);
}
