import type {ComponentChild} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {DeskChannel} from '../../local/desktop.ts';
import type {ShownMessage} from '../client.ts';
import {Composer} from './composer.tsx';
import {Icon} from './icons.tsx';
import {MainHead} from './main-head.tsx';
import {MessageList} from './message-list.tsx';
import {channelTitle} from './place.ts';
import {useShell} from './shell-context.ts';
import {useVisible} from './use-visible.ts';

/** A channel or a direct message. */
export function ChannelPane({channel}: {readonly channel: DeskChannel}): ComponentChild {
	const {desktop, dispatch} = useShell();
	const {members} = channel;
	const isRoom = channel.kind === 'public' || channel.kind === 'private';
	return (
		<>
			<MainHead>
				{isRoom && <Icon name={channel.kind === 'private' ? 'private' : 'hash'} />}
				<h1>{channelTitle(channel, desktop)}</h1>
				<button
					type="button"
					class="quiet-button members-button"
					aria-label={`${members.length} members`}
					title={members.map((id) => desktop.people.find((each) => each.id === id)?.realName ?? id).join(', ')}
					onClick={() => dispatch({kind: 'right', right: {kind: 'members', channel: channel.id}})}
				>
					<Icon name="people" /> {members.length}
				</button>
				{!channel.appIsMember && isRoom && <span class="quiet">{desktop.app.name} is not in this channel</span>}
			</MainHead>
			<ChannelBody key={channel.id} channel={channel} />
		</>
	);
}

/** The messages of a conversation and its composer. */
export function ChannelBody({channel}: {readonly channel: DeskChannel}): ComponentChild {
	const {state, desktop} = useShell();
	const messages = state.messages[channel.id];
	const title = channelTitle(channel, desktop);
	const isRoom = channel.kind === 'public' || channel.kind === 'private';
	useReadMark(channel, messages);
	return (
		<>
			{messages === undefined ? (
				<div class="list-frame">
					<p class="pane-empty">Reading …</p>
				</div>
			) : (
				<MessageList
					messages={inChannel(messages)}
					place="channel"
					label={`Messages in ${title}`}
					before={
						<div class="beginning">
							<h2>
								{isRoom ? '#' : ''}
								{title}
							</h2>
							<p>{isRoom ? 'This is the very beginning of the channel.' : `This is between you and ${title}.`}</p>
						</div>
					}
				/>
			)}
			<Composer key={channel.id} channel={channel} label={`Message ${isRoom ? '#' : ''}${title}`} />
		</>
	);
}

/** Top messages, and the replies that were shown in the channel too, in their order. */
function inChannel(messages: readonly ShownMessage[]): readonly ShownMessage[] {
	const shown = messages.flatMap((each) => [each, ...each.replies.filter((reply) => reply.broadcast)]);
	return shown.toSorted((left, right) => Number(left.ts) - Number(right.ts));
}

/** What a person has in front of them is read. */
function useReadMark(channel: DeskChannel, messages: readonly ShownMessage[] | undefined): void {
	const {client} = useShell();
	const visible = useVisible();
	const sent = useRef('');
	const newest = (messages ?? [])
		.flatMap((each) => [each, ...each.replies])
		.reduce((ts, each) => (each.ts > ts ? each.ts : ts), '');
	useEffect(() => {
		if (!visible || newest === '' || channel.unread === 0 || sent.current === newest) return;
		sent.current = newest;
		client.read(channel.id, newest).catch(() => {
			sent.current = '';
		});
	}, [visible, newest, channel.unread, channel.id, client]);
}
