import type {ComponentChild} from 'preact';
import type {ShownMessage} from '../client.ts';
import {Avatar} from './avatar.tsx';
import {useShell} from './shell-context.ts';
import {moment} from './times.ts';

/** `3 replies, last today at 14:02`: opens the thread. */
export function ThreadLine({message}: {readonly message: ShownMessage}): ComponentChild {
	const {desktop, dispatch, state} = useShell();
	const replies = message.replies.filter((each) => !state.dismissed.has(each.ts));
	const last = replies.at(-1);
	if (last === undefined) return null;
	const authors = [...new Set(replies.map((each) => each.user.id))].slice(0, 4);
	return (
		<button
			type="button"
			class="thread-line"
			onClick={() => dispatch({kind: 'right', right: {kind: 'thread', channel: message.channel.id, ts: message.ts}})}
		>
			{authors.map((id) => (
				<Avatar
					key={id}
					small
					id={id}
					name={desktop.people.find((each) => each.id === id)?.realName ?? id}
					app={id === desktop.app.botUserId}
				/>
			))}
			<strong>{replies.length === 1 ? '1 reply' : `${replies.length} replies`}</strong>
			<span class="unseen">, </span>
			<small>last {moment(last.ts, desktop.me.timeZone, Date.now())}</small>
		</button>
	);
}
