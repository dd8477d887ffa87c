import {z} from 'zod';
import type {Asker} from './desk.ts';

/** Slack's payloads, only the fields that are used (docs.slack.dev/reference/interaction-payloads). */
export const Command = z
	.object({
		user_id: z.string(),
		channel_id: z.string().optional(),
		text: z.string().optional(),
		trigger_id: z.string(),
		response_url: z.string().optional(),
	})
	.transform((body) => ({
		text: body.text ?? '',
		triggerId: body.trigger_id,
		asker: {
			person: body.user_id,
			channel: body.channel_id ?? null,
			threadTs: null,
			responseUrl: body.response_url ?? null,
			responseUrlFirst: true,
		} satisfies Asker,
	}));

export type Command = z.infer<typeof Command>;

export const Click = z
	.object({
		user: z.object({id: z.string()}),
		channel: z.object({id: z.string()}).optional(),
		container: z.object({thread_ts: z.string().optional()}).optional(),
		trigger_id: z.string(),
		response_url: z.string().optional(),
		actions: z
			.array(
				z.object({
					action_id: z.string(),
					type: z.string().optional(),
					value: z.string().optional(),
					action_ts: z.string().optional(),
				}),
			)
			.min(1),
		view: z.object({id: z.string(), type: z.string().optional(), private_metadata: z.string().optional()}).optional(),
	})
	.transform((body) => ({
		actionId: body.actions[0]?.action_id ?? '',
		type: body.actions[0]?.type ?? 'button',
		value: body.actions[0]?.value ?? null,
		triggerId: body.trigger_id,
		key: `${body.trigger_id} ${body.actions[0]?.action_ts ?? ''}`,
		view: body.view === undefined ? null : {id: body.view.id, metadata: body.view.private_metadata ?? null},
		/** The button stands on the App Home. */
		onHome: body.view?.type === 'home',
		asker: {
			person: body.user.id,
			channel: body.channel?.id ?? null,
			threadTs: body.container?.thread_ts ?? null,
			responseUrl: body.response_url ?? null,
			responseUrlFirst: false,
		} satisfies Asker,
	}));

export type Click = z.infer<typeof Click>;

/** A person opened the app's Home, or its messages (docs.slack.dev/reference/events/app_home_opened). */
export const HomeOpened = z
	.object({
		event_id: z.string(),
		event: z.object({type: z.literal('app_home_opened'), user: z.string(), tab: z.string()}),
	})
	.transform(({event_id, event}) => ({eventId: event_id, person: event.user, tab: event.tab}));

export type HomeOpened = z.infer<typeof HomeOpened>;

const SharedFile = z.object({id: z.string(), name: z.string().nullish()});

/** A global shortcut has neither channel nor message; one on a message has both. */
export const Shortcut = z
	.object({
		callback_id: z.string(),
		user: z.object({id: z.string()}),
		trigger_id: z.string(),
		channel: z.object({id: z.string()}).optional(),
		message: z.object({thread_ts: z.string().optional(), files: z.array(SharedFile).nullish()}).optional(),
		response_url: z.string().optional(),
	})
	.transform((body) => ({
		callbackId: body.callback_id,
		triggerId: body.trigger_id,
		// Slack keeps a place without a name for a file that was deleted.
		files: (body.message?.files ?? []).map(({id, name}) => ({id, name: name ?? ''})),
		asker: {
			person: body.user.id,
			channel: body.channel?.id ?? null,
			threadTs: body.message?.thread_ts ?? null,
			responseUrl: body.response_url ?? null,
			// As with a slash command, the app need not be a member of the channel.
			responseUrlFirst: true,
		} satisfies Asker,
	}));

export type Shortcut = z.infer<typeof Shortcut>;

export type MessageFile = Shortcut['files'][number];

const Chosen = z.object({value: z.string()});

const State = z.object({
	value: z.string().nullish(),
	selected_option: Chosen.nullish(),
	selected_options: z.array(Chosen).optional(),
	selected_user: z.string().nullish(),
	selected_date_time: z.number().nullish(),
	files: z.array(z.object({id: z.string(), name: z.string().nullish(), size: z.number().nullish()})).nullish(),
});

export type FieldState = z.infer<typeof State>;

export const Submission = z
	.object({
		user: z.object({id: z.string()}),
		view: z.object({
			id: z.string(),
			hash: z.string().optional(),
			callback_id: z.string(),
			private_metadata: z.string().optional(),
			state: z.object({values: z.record(z.string(), z.record(z.string(), State))}),
		}),
	})
	.transform(({user, view}) => ({
		person: user.id,
		viewId: view.id,
		callbackId: view.callback_id,
		/** The same for every delivery of one submit; another form, or the same one shown again, has another. */
		key: `${view.id}.${view.hash ?? ''}`,
		metadata: view.private_metadata ?? null,
		fields: fieldsOf(view.state.values),
	}));

export type Submission = z.infer<typeof Submission>;

/** Each input block holds one element. */
function fieldsOf(values: {
	readonly [block: string]: {readonly [action: string]: FieldState};
}): ReadonlyMap<string, FieldState> {
	const fields = new Map<string, FieldState>();
	for (const [block, elements] of Object.entries(values)) {
		const [state] = Object.values(elements);
		if (state !== undefined) fields.set(block, state);
	}
	return fields;
}

export function textOf(submission: Submission, field: string): string {
	return (submission.fields.get(field)?.value ?? '').trim();
}

export function chosenIn(submission: Submission, field: string): string | null {
	return submission.fields.get(field)?.selected_option?.value ?? null;
}
