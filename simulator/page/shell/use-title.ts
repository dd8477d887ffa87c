import {useEffect} from 'preact/hooks';
import {channelAt, channelTitle} from './place.ts';
import type {State} from './store.ts';

/** The tab says where one is, who one is, and how many messages are for one. */
export function useTitle({desktop, place}: State): void {
	const channel = desktop === null ? undefined : channelAt(place, desktop);
	const mentions = desktop?.channels.reduce((sum, each) => sum + each.mentions, 0) ?? 0;
	const where = desktop === null ? '' : channel === undefined ? desktop.app.name : channelTitle(channel, desktop);
	useEffect(() => {
		if (desktop !== null) {
			document.title = `${mentions > 0 ? `(${mentions}) ` : ''}${where} · ${desktop.me.realName} · ${desktop.team.name}`;
		}
	}, [mentions, where, desktop]);
}
