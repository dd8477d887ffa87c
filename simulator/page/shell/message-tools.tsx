import type {ComponentChild} from 'preact';
import type {ShownMessage} from '../client.ts';
import {Icon} from './icons.tsx';
import type {MenuItem} from './menu.tsx';
import {MenuButton} from './menu.tsx';
import {reactionItems} from './reactions.tsx';
import type {Shell} from './shell-context.ts';
import {useShell} from './shell-context.ts';
import {clock} from './times.ts';
import {Toolbar} from './toolbar.tsx';

/** What can be done with a message; comes to light with the pointer or the focus. */
export function MessageTools({
	message,
	name,
	place,
}: {
	readonly message: ShownMessage;
	readonly name: string;
	readonly place: 'channel' | 'thread';
}): ComponentChild {
	const shell = useShell();
	const {dispatch, desktop} = shell;
	const channel = message.channel.id;
	const title = `${name}, ${clock(message.ts, desktop.me.timeZone)}`;
	return (
		<Toolbar label={`Actions for the message of ${title}`}>
			<button
				type="button"
				class="icon-button"
				aria-label="Inspect"
				title="Inspect: payload, limits, calls"
				onClick={() =>
					dispatch({
						kind: 'right',
						right: {kind: 'inspector', subject: {kind: 'message', channel, ts: message.ts, title}},
					})
				}
			>
				<Icon name="inspect" />
			</button>
			{!message.ephemeral && (
				<>
					<MenuButton
						className="icon-button"
						label="Add reaction"
						layout="row"
						tabIndex={-1}
						items={reactionItems(shell, message)}
					>
						<Icon name="smile" />
					</MenuButton>
					{place === 'channel' && (
						<button
							type="button"
							class="icon-button"
							aria-label="Reply in thread"
							title="Reply in thread"
							tabIndex={-1}
							onClick={() =>
								dispatch({kind: 'right', right: {kind: 'thread', channel, ts: message.threadTs ?? message.ts}})
							}
						>
							<Icon name="reply" />
						</button>
					)}
					<MenuButton className="icon-button" label="More actions" tabIndex={-1} items={moreItems(shell, message)}>
						<Icon name="dots" />
					</MenuButton>
				</>
			)}
		</Toolbar>
	);
}

function moreItems(shell: Shell, message: ShownMessage): readonly MenuItem[] {
	const {desktop, client, tell} = shell;
	const shortcuts = desktop.shortcuts.filter((each) => each.kind === 'message');
	return [
		...shortcuts.map(({name, callbackId}) => ({
			name,
			more: desktop.app.name,
			choose: () => {
				client
					.shortcut(callbackId, {channel: message.channel.id, ts: message.ts})
					.catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
			},
		})),
		{
			name: 'Copy link to message',
			choose: () => {
				navigator.clipboard.writeText(message.permalink).then(
					() => tell('The link is copied.'),
					() => tell(message.permalink),
				);
			},
		},
	];
}
