import type {ComponentChild} from 'preact';
import {useCallback, useEffect, useMemo, useReducer, useRef, useState} from 'preact/hooks';
import {makeClient} from '../client.ts';
import type {Surface} from '../surface.ts';
import {useLive} from './live.ts';
import {Panes} from './panes.tsx';
import type {Destination} from './place.ts';
import {addressOf, channelAt, destinationOf, personIn} from './place.ts';
import type {Shell} from './shell-context.ts';
import {ShellContext} from './shell-context.ts';
import {SignIn} from './sign-in.tsx';
import {readDismissed, useDismissedKept} from './dismissed.ts';
import type {State} from './store.ts';
import {firstState, reduce} from './store.ts';
import {useDirectory} from './use-directory.ts';
import {useTitle} from './use-title.ts';
import './shell.css';

/** A sentence of the page's own goes away after this time. */
const TELL_FOR = 6_000;

/** The chat of the person whom the address names, or the question who that is. */
export function Chat(): ComponentChild {
	const person = personIn(location.search);
	const client = useMemo(() => makeClient(person), [person]);
	if (person === '') return <SignIn client={client} refusal={null} />;
	return <SignedIn person={person} client={client} />;
}

function SignedIn({person, client}: {readonly person: string; readonly client: Shell['client']}): ComponentChild {
	const [state, dispatch] = useReducer(reduce, undefined, () =>
		firstState(destinationOf(location.pathname, location.search), new Set(readDismissed(person))),
	);
	const [said, setSaid] = useState<string | null>(null);
	const {desktop} = state;
	useLive(client, openChannels(state), dispatch);
	useDismissedKept(person, state.dismissed);
	useTitle(state);
	const directory = useDirectory(desktop);

	const tell = useCallback((sentence: string) => setSaid(sentence), []);
	useEffect(() => {
		if (said === null) return undefined;
		const timer = setTimeout(() => setSaid(null), TELL_FOR);
		return () => clearTimeout(timer);
	}, [said]);

	const go = useCallback(
		(to: Partial<Destination>) => {
			const destination = {place: null, threadTs: null, ts: null, ...to};
			// A phone shows one pane at a time: the place, not what was open beside it.
			if (matchMedia('(max-width: 700px)').matches) dispatch({kind: 'right', right: null});
			dispatch({kind: 'went', to: destination});
			if (destination.place !== null) history.pushState(null, '', addressOf(destination.place, person));
		},
		[person],
	);
	useEffect(() => {
		const back = (): void => dispatch({kind: 'went', to: destinationOf(location.pathname, location.search)});
		addEventListener('popstate', back);
		return () => removeEventListener('popstate', back);
	}, []);

	// What is open is the same function for the whole life of the page, so that blocks are not drawn again for it.
	const latest = useRef(state);
	latest.current = state;
	const open = useCallback<Surface['open']>(
		(link) => {
			const now = latest.current.desktop;
			if (now === null) return;
			if (link.kind === 'person') dispatch({kind: 'right', right: {kind: 'person', id: link.to}});
			else if (link.kind === 'channel') {
				if (now.channels.some((each) => each.id === link.to)) go({place: {kind: 'channel', id: link.to}});
				else tell('You are not in that channel.');
			} else follow(link.to, go);
		},
		[go, tell],
	);

	const asked = useRef(destinationOf(location.pathname, location.search).place);
	useEffect(() => {
		if (desktop === null || asked.current === null) return;
		const missing = asked.current.kind === 'channel' && channelAt(asked.current, desktop) === undefined;
		asked.current = null;
		if (missing) tell('You are not in the channel of that link.');
	}, [desktop, tell]);

	if (desktop === null || directory === null) {
		if (state.refusal !== null) return <SignIn client={client} refusal={state.refusal} />;
		return (
			<main class="sign-in">
				<p role="status">{state.away ? 'The local Slack is not there; trying again.' : 'Opening …'}</p>
			</main>
		);
	}
	const shell: Shell = {client, state, desktop, directory, dispatch, go, open, tell};
	return (
		<ShellContext.Provider value={shell}>
			<Panes />
			<p class={said === null ? 'unseen' : 'toast'} role="status">
				{said}
			</p>
		</ShellContext.Provider>
	);
}

/** Channels whose messages are on the screen. */
function openChannels({place, right, desktop}: State): readonly string[] {
	if (desktop === null) return [];
	const main = channelAt(place, desktop)?.id;
	const thread = right?.kind === 'thread' ? right.channel : undefined;
	return [...new Set([main, thread])].filter((each) => each !== undefined);
}

function follow(address: string, go: Shell['go']): void {
	const url = new URL(address, location.href);
	if (url.origin === location.origin && url.pathname.startsWith('/archives/')) {
		go(destinationOf(url.pathname, url.search));
	} else window.open(url.href, '_blank', 'noopener,noreferrer');
}
