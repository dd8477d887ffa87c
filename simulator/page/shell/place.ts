import type {DeskChannel, Desktop} from '../../local/desktop.ts';

/** What the main pane shows. */
export type Place =
	| {readonly kind: 'channel'; readonly id: string}
	| {readonly kind: 'app'; readonly tab: 'home' | 'messages' | 'about'};

/** Where an address leads. */
export type Destination = {
	readonly place: Place | null;
	readonly threadTs: string | null;
	/** The message that the address is about. */
	readonly ts: string | null;
};

/** The person whose page this is, from `?as=`; empty where nobody signed in. */
export function personIn(search: string): string {
	return new URLSearchParams(search).get('as') ?? '';
}

/** The address of this page for another person. */
export function addressAs(person: string, at: {readonly pathname: string; readonly search: string}): string {
	const query = new URLSearchParams(at.search);
	query.set('as', person);
	return `${at.pathname}?${query.toString()}`;
}

/** Reads /archives/<channel>/p<ts>[?thread_ts=…], ?channel=<id> and ?app=<tab>. */
export function destinationOf(pathname: string, search: string): Destination {
	const query = new URLSearchParams(search);
	const found = /^\/archives\/([^/]+)(?:\/p(\d+)(\d{6}))?$/.exec(pathname);
	const channel = found?.[1] ?? query.get('channel');
	const threadTs = query.get('thread_ts');
	if (channel !== null && channel !== undefined) {
		const ts = found?.[2] === undefined ? null : `${found[2]}.${found[3] ?? ''}`;
		return {place: {kind: 'channel', id: decodeURIComponent(channel)}, threadTs: threadTs === ts ? null : threadTs, ts};
	}
	const tab = query.get('app');
	const known = tab === 'home' || tab === 'messages' || tab === 'about';
	return {place: known ? {kind: 'app', tab} : null, threadTs: null, ts: null};
}

/** The address of a place, for the browser's history. */
export function addressOf(place: Place, person: string): string {
	const query = new URLSearchParams({as: person});
	if (place.kind === 'channel') query.set('channel', place.id);
	else query.set('app', place.tab);
	return `/?${query.toString()}`;
}

/** The channel whose messages the place shows; none for the Home and About tabs. */
export function channelAt(place: Place | null, desktop: Desktop): DeskChannel | undefined {
	if (place === null) return undefined;
	if (place.kind === 'app') return place.tab === 'messages' ? appChannel(desktop) : undefined;
	return desktop.channels.find((each) => each.id === place.id || each.name === place.id);
}

/** The direct messages between the person and the app. */
export function appChannel(desktop: Desktop): DeskChannel | undefined {
	return desktop.channels.find((each) => each.kind === 'direct' && each.members.includes(desktop.app.botUserId));
}

/** A place as it is on this desktop: the app's direct message is the app's tab, names become ids. */
export function settled(place: Place | null, desktop: Desktop): Place {
	if (place?.kind === 'channel') {
		const channel = channelAt(place, desktop);
		if (channel !== undefined && channel.id === appChannel(desktop)?.id) return {kind: 'app', tab: 'messages'};
		if (channel !== undefined) return {kind: 'channel', id: channel.id};
	}
	if (place?.kind === 'app') {
		return place.tab === 'home' && !desktop.app.hasHome ? {kind: 'app', tab: 'messages'} : place;
	}
	const first = desktop.channels.find((each) => each.kind === 'public' || each.kind === 'private');
	return first === undefined ? {kind: 'app', tab: 'messages'} : {kind: 'channel', id: first.id};
}

/** What a conversation is called: `#general`, or the names of the others in it. */
export function channelTitle(channel: DeskChannel, desktop: Desktop): string {
	if (channel.kind === 'public' || channel.kind === 'private') return channel.name;
	const others = channel.members.filter((id) => id !== desktop.me.id);
	const names = others.map((id) => desktop.people.find((each) => each.id === id)?.realName ?? id);
	return names.length === 0 ? `${desktop.me.realName} (you)` : names.join(', ');
}
