import {changed} from './slack.ts';
import type {Channel, Slack} from './slack.ts';

/** The channel with this id or name (with or without `#`). */
export function findChannel(slack: Slack, idOrName: string): Channel | undefined {
	const name = idOrName.replace(/^#/, '');
	return slack.channels.get(idOrName) ?? [...slack.channels.values()].find((each) => each.name === name);
}

/** The direct message between the app and these people, made when it is not there yet. */
export function directMessage(slack: Slack, people: readonly string[]): Channel {
	const members = new Set([slack.app.botUserId, ...people]);
	const known = [...slack.channels.values()].find(
		(each) =>
			(each.kind === 'direct' || each.kind === 'group') &&
			each.members.size === members.size &&
			[...members].every((member) => each.members.has(member)),
	);
	if (known !== undefined) return known;
	const channel: Channel = {
		id: slack.ids.next(people.length === 1 ? 'D' : 'G'),
		name: people.length === 1 ? 'directmessage' : `mpdm-${people.join('--').toLowerCase()}`,
		kind: people.length === 1 ? 'direct' : 'group',
		members,
		messages: [],
	};
	slack.channels.set(channel.id, channel);
	changed(slack);
	return channel;
}
