import type {ComponentChild} from 'preact';
import type {DeskChannel} from '../../local/desktop.ts';
import {Avatar} from './avatar.tsx';
import {Icon} from './icons.tsx';
import {appChannel, channelAt, channelTitle} from './place.ts';
import {useShell} from './shell-context.ts';
import {SideFoot} from './side-foot.tsx';
import {SideTools} from './side-tools.tsx';

/** Where a person can go, and what is new there. */
export function SideBar(): ComponentChild {
	const {desktop, state, go} = useShell();
	const app = appChannel(desktop);
	const rooms = desktop.channels.filter((each) => each.kind === 'public' || each.kind === 'private');
	const others = desktop.channels.filter((each) => !rooms.includes(each) && each.id !== app?.id);
	const up = desktop.connections > 0;
	return (
		<div class="side">
			<header class="side-head">
				<p class="side-team">{desktop.team.name}</p>
				<p class="side-state" role="status">
					<span class={up ? 'dot dot-up' : 'dot dot-down'} aria-hidden="true" />
					{desktop.app.name} is {up ? 'connected' : 'not connected'}
				</p>
			</header>
			<nav class="side-nav" aria-label="Channels and direct messages">
				<h2>App</h2>
				<ul>
					<li>
						<SideLink
							chosen={state.place?.kind === 'app'}
							name={desktop.app.name}
							channel={app}
							go={() => go({place: {kind: 'app', tab: desktop.app.hasHome && app?.unread === 0 ? 'home' : 'messages'}})}
						>
							<Avatar small id={desktop.app.id} name={desktop.app.name} app />
						</SideLink>
					</li>
				</ul>
				<ChannelSection title="Channels" channels={rooms} />
				{others.length > 0 && <ChannelSection title="Direct messages" channels={others} />}
				<SideTools />
			</nav>
			<SideFoot />
		</div>
	);
}

function ChannelSection({
	title,
	channels,
}: {
	readonly title: string;
	readonly channels: readonly DeskChannel[];
}): ComponentChild {
	const {desktop, state, go} = useShell();
	return (
		<>
			<h2>{title}</h2>
			<ul>
				{channels.map((channel) => {
					const name = channelTitle(channel, desktop);
					const other = channel.members.find((id) => id !== desktop.me.id) ?? desktop.me.id;
					return (
						<li key={channel.id}>
							<SideLink
								chosen={channelAt(state.place, desktop)?.id === channel.id}
								name={name}
								channel={channel}
								go={() => go({place: {kind: 'channel', id: channel.id}})}
							>
								{channel.kind === 'direct' || channel.kind === 'group' ? (
									<Avatar small id={other} name={name} app={false} />
								) : (
									<Icon name={channel.kind === 'private' ? 'private' : 'hash'} />
								)}
							</SideLink>
						</li>
					);
				})}
			</ul>
		</>
	);
}

function SideLink({
	chosen,
	name,
	channel,
	go,
	children,
}: {
	readonly chosen: boolean;
	readonly name: string;
	readonly channel: DeskChannel | undefined;
	readonly go: () => void;
	readonly children: ComponentChild;
}): ComponentChild {
	const unread = channel?.unread ?? 0;
	const mentions = channel?.mentions ?? 0;
	return (
		<button
			type="button"
			class={unread > 0 ? 'side-link side-unread' : 'side-link'}
			aria-current={chosen ? 'page' : undefined}
			onClick={go}
		>
			{children}
			<span class="side-name">{name}</span>
			{unread > 0 && <span class="unseen">, {unread} unread</span>}
			{mentions > 0 && (
				<span class="side-mentions">
					{mentions}
					<span class="unseen"> for you</span>
				</span>
			)}
		</button>
	);
}
