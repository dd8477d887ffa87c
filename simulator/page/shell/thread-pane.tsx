import type {ComponentChild} from 'preact';
import {Composer} from './composer.tsx';
import {MessageItem} from './message-item.tsx';
import {MessageList} from './message-list.tsx';
import {PaneHead} from './pane-head.tsx';
import {channelTitle} from './place.ts';
import {useShell} from './shell-context.ts';

/** A thread: its first message, its replies, a composer. */
export function ThreadPane({channel: id, ts}: {readonly channel: string; readonly ts: string}): ComponentChild {
	const {state, desktop} = useShell();
	const channel = desktop.channels.find((each) => each.id === id);
	const parent = state.messages[id]?.find((each) => each.ts === ts);
	const name = channel === undefined ? '' : channelTitle(channel, desktop);
	const replies = parent?.replies ?? [];
	const count = replies.filter((each) => !state.dismissed.has(each.ts)).length;
	return (
		<>
			<PaneHead title="Thread" more={name} />
			{parent === undefined || channel === undefined ? (
				<p class="pane-empty">
					{state.messages[id] === undefined ? 'Reading …' : 'This message is not there any more.'}
				</p>
			) : (
				<>
					<MessageList
						key={ts}
						messages={replies}
						place="thread"
						label={`Replies in the thread in ${name}`}
						before={
							<>
								<MessageItem message={parent} place="thread" compact={false} lit={state.highlight?.ts === ts} />
								<h3 class="day">
									<span>{count === 0 ? 'No replies yet' : count === 1 ? '1 reply' : `${count} replies`}</span>
								</h3>
							</>
						}
					/>
					<Composer key={`${id} ${ts}`} channel={channel} threadTs={ts} label="Reply …" />
				</>
			)}
		</>
	);
}
