import type {ComponentChild} from 'preact';
import {useMemo} from 'preact/hooks';
import type {ShownMessage} from '../client.ts';
import {Avatar} from './avatar.tsx';
import {MessageFiles} from './message-files.tsx';
import {MessageTools} from './message-tools.tsx';
import {Reactions} from './reactions.tsx';
import {useShell} from './shell-context.ts';
import {Mrkdwn} from '../blocks/mrkdwn.tsx';
import {Attachments} from '../blocks/attachments.tsx';
import {Blocks} from '../blocks/blocks.tsx';
import {messageSurface} from './surface-for.ts';
import {ThreadLine} from './thread-line.tsx';
import {clock, fullTime} from './times.ts';

export type MessagePlace = 'channel' | 'thread';

/** One message: who, when, what, and what can be done with it. `compact` leaves the name out, as it stands above. */
export function MessageItem({
	message,
	place,
	compact,
	lit,
}: {
	readonly message: ShownMessage;
	readonly place: MessagePlace;
	readonly compact: boolean;
	readonly lit: boolean;
}): ComponentChild {
	const {desktop, dispatch} = useShell();
	const author = desktop.people.find((each) => each.id === message.user.id);
	const isApp = message.byApp || message.user.id === desktop.app.botUserId;
	const name = isApp
		? desktop.app.name
		: (author?.realName ?? (message.user.id === 'USLACKBOT' ? 'Slackbot' : message.user.name));
	const zone = desktop.me.timeZone;
	const kinds = [compact && 'message-compact', message.ephemeral && 'message-ephemeral', lit && 'message-lit'];
	const timeLabel = (
		<time
			class="message-time"
			dateTime={new Date(Number(message.ts) * 1000).toISOString()}
			title={fullTime(message.ts, zone)}
		>
			{clock(message.ts, zone)}
		</time>
	);
	return (
		<article
			class={['message', ...kinds.filter(Boolean)].join(' ')}
			data-ts={message.ts}
			aria-label={`${name}, ${clock(message.ts, zone)}`}
		>
			<div class="message-gutter">{compact ? timeLabel : <Avatar id={message.user.id} name={name} app={isApp} />}</div>
			<div class="message-main">
				{message.ephemeral && (
					<p class="message-private">
						Only visible to you
						<button type="button" class="link-button" onClick={() => dispatch({kind: 'dismissed', ts: message.ts})}>
							Dismiss
						</button>
					</p>
				)}
				{place === 'channel' && message.threadTs !== null && message.broadcast && (
					<p class="message-context">replied to a thread and showed it here</p>
				)}
				{!compact && (
					<header class="message-head">
						<button
							type="button"
							class="message-name"
							onClick={() => dispatch({kind: 'right', right: {kind: 'person', id: message.user.id}})}
						>
							<bdi>{name}</bdi>
						</button>
						{(isApp || author?.bot === true) && <span class="badge">APP</span>}
						{timeLabel}
					</header>
				)}
				<MessageBody message={message} />
				<MessageFiles files={message.files} />
				<Reactions message={message} />
				{place === 'channel' && message.replies.length > 0 && <ThreadLine message={message} />}
			</div>
			<MessageTools message={message} name={name} place={place} />
		</article>
	);
}

function MessageBody({message}: {readonly message: ShownMessage}): ComponentChild {
	const {client, directory, open} = useShell();
	// Blocks are the costly part: they are drawn again only when the message or the names changed.
	return useMemo(() => {
		const surface = messageSurface({client, directory, open}, message);
		return (
			<div class="message-body">
				{message.blocks.length > 0 ? (
					<Blocks blocks={message.blocks} surface={surface} />
				) : (
					message.text !== '' && <Mrkdwn text={message.text} surface={surface} />
				)}
				{message.attachments.length > 0 && <Attachments attachments={message.attachments} surface={surface} />}
				{message.edited && <span class="message-edited">(edited)</span>}
			</div>
		);
	}, [message, client, directory, open]);
}
