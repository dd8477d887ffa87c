import type {Channel, Slack} from '../state/slack.ts';
import {findPerson} from '../state/people.ts';
import {directMessage} from '../state/channels.ts';
import {textArgument} from './arguments.ts';
import type {MethodCall} from './method.ts';
import {SlackError} from './slack-error.ts';

const scopePrefix: Readonly<Record<Channel['kind'], string>> = {
	public: 'channels',
	private: 'groups',
	direct: 'im',
	group: 'mpim',
};

/** The scopes `<kind>:<right>` for the kind of conversation the call names; any kind's when unknown. */
export function conversationScopes(right: 'read' | 'history') {
	return ({slack, given}: MethodCall): readonly string[] => {
		const channel = slack.channels.get(textArgument(given, 'channel') ?? '');
		const kinds = channel === undefined ? (['public', 'private', 'direct', 'group'] as const) : [channel.kind];
		return kinds.map((kind) => `${scopePrefix[kind]}:${right}`);
	};
}

/** The channel with this id that the app can see; throws `channel_not_found`. */
export function visibleChannel(slack: Slack, id: string | undefined): Channel {
	const channel = slack.channels.get(id ?? '');
	const visible = channel !== undefined && (channel.kind === 'public' || channel.members.has(slack.app.botUserId));
	if (!visible) throw new SlackError('channel_not_found');
	return channel;
}

/** The channel that the app is a member of; throws `channel_not_found`, `not_in_channel`. */
export function joinedChannel(slack: Slack, id: string | undefined): Channel {
	const channel = visibleChannel(slack, id);
	if (!channel.members.has(slack.app.botUserId)) throw new SlackError('not_in_channel');
	return channel;
}

/**
 * Where chat.postMessage puts a message: a joined channel by id or name, or a person's direct
 * message. Throws `channel_not_found`, `not_in_channel`.
 */
export function channelToPostIn(slack: Slack, idOrName: string | undefined): Channel {
	const wanted = idOrName ?? '';
	if (/^[UW]/.test(wanted)) {
		const person = findPerson(slack, wanted);
		if (person === undefined) throw new SlackError('channel_not_found');
		return directMessage(slack, [person.id]);
	}
	const named = [...slack.channels.values()].find((each) => `#${each.name}` === wanted);
	const channel = visibleChannel(slack, named?.id ?? wanted);
	const mayPostAnywhere = channel.kind === 'public' && slack.manifest.scopes.includes('chat:write.public');
	if (!mayPostAnywhere) joinedChannel(slack, channel.id);
	return channel;
}
