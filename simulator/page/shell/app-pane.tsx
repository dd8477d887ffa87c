import type {ComponentChild} from 'preact';
import {useEffect, useMemo} from 'preact/hooks';
import {objectsField} from '../../json.ts';
import {Avatar} from './avatar.tsx';
import {ChannelBody} from './channel-pane.tsx';
import {Icon} from './icons.tsx';
import {MainHead} from './main-head.tsx';
import {appChannel} from './place.ts';
import {useShell} from './shell-context.ts';
import {Blocks} from '../blocks/blocks.tsx';
import {homeSurface} from './surface-for.ts';

type Tab = 'home' | 'messages' | 'about';

const NAMES = {home: 'Home', messages: 'Messages', about: 'About'} as const;

/** The app's own place: its Home, its direct messages, what it can do. */
export function AppPane({tab}: {readonly tab: Tab}): ComponentChild {
	const {desktop, go, dispatch} = useShell();
	const tabs: readonly Tab[] = desktop.app.hasHome ? ['home', 'messages', 'about'] : ['messages', 'about'];
	const channel = appChannel(desktop);
	return (
		<>
			<MainHead>
				<Avatar small id={desktop.app.id} name={desktop.app.name} app />
				<h1>{desktop.app.name}</h1>
				<span class="badge">APP</span>
				<nav class="tabs" aria-label={`Parts of ${desktop.app.name}`}>
					{tabs.map((each) => (
						<button
							key={each}
							type="button"
							aria-current={each === tab ? 'page' : undefined}
							onClick={() => go({place: {kind: 'app', tab: each}})}
						>
							{NAMES[each]}
						</button>
					))}
				</nav>
				{tab === 'home' && desktop.home !== null && (
					<button
						type="button"
						class="icon-button"
						aria-label="Inspect the Home"
						title="Inspect: payload, limits, calls"
						onClick={() =>
							dispatch({
								kind: 'right',
								right: {kind: 'inspector', subject: {kind: 'home', title: `Home of ${desktop.app.name}`}},
							})
						}
					>
						<Icon name="inspect" />
					</button>
				)}
			</MainHead>
			{tab === 'home' && <Home />}
			{tab === 'messages' && channel !== undefined && <ChannelBody key={channel.id} channel={channel} />}
			{tab === 'about' && <About />}
		</>
	);
}

function Home(): ComponentChild {
	const {client, desktop, directory, open, tell} = useShell();
	useEffect(() => {
		client.home().catch((error: unknown) => tell(error instanceof Error ? error.message : String(error)));
	}, [client]);
	const {home} = desktop;
	const blocks = useMemo(
		() =>
			home === null ? null : (
				<Blocks blocks={objectsField(home, 'blocks')} surface={homeSurface({client, directory, open}, home)} />
			),
		[client, directory, open, home],
	);
	return (
		<div class="home" id="messages" role="region" aria-label={`Home of ${desktop.app.name}`} tabIndex={0}>
			{blocks ?? <p class="pane-empty">{desktop.app.name} has not put anything here yet.</p>}
		</div>
	);
}

function About(): ComponentChild {
	const {desktop} = useShell();
	const {commands, shortcuts, app} = desktop;
	return (
		<div class="home about" id="messages" role="region" aria-label={`About ${app.name}`} tabIndex={0}>
			<h2>Commands</h2>
			{commands.length === 0 && <p>{app.name} has no slash commands.</p>}
			<dl>
				{commands.map(({command, description, usageHint}) => (
					<div key={command}>
						<dt>
							<code>
								{command} {usageHint}
							</code>
						</dt>
						<dd>{description}</dd>
					</div>
				))}
			</dl>
			<h2>Shortcuts</h2>
			{shortcuts.length === 0 && <p>{app.name} has no shortcuts.</p>}
			<dl>
				{shortcuts.map(({callbackId, name, description, kind}) => (
					<div key={callbackId}>
						<dt>
							{name}{' '}
							<small>{kind === 'global' ? 'under + beside the message box' : 'under More actions of a message'}</small>
						</dt>
						<dd>{description}</dd>
					</div>
				))}
			</dl>
		</div>
	);
}
