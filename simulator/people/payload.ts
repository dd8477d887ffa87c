import type {JsonObject} from '../json.ts';
import {messageOnTheWire} from '../state/message-on-the-wire.ts';
import {teamOf} from '../state/people.ts';
import type {Channel, Slack} from '../state/slack.ts';
import {viewOnTheWire} from '../state/views.ts';
import type {PersonRecord} from '../workspace.ts';
import type {Surface} from './placed.ts';

/** The fields that every interaction payload carries (Slack: "Interaction payloads"). */
export function interactionBase(slack: Slack, person: PersonRecord): JsonObject {
	return {
		team: {id: slack.team.id, domain: slack.team.domain},
		user: {
			id: person.id,
			username: person.name,
			name: person.name,
			team_id: teamOf(slack, person),
		},
		api_app_id: slack.app.id,
		token: 'simulated',
		enterprise: null,
		is_enterprise_install: false,
	};
}

/** The `channel` of a payload: direct messages and private channels do not tell their name. */
export function channelFields(channel: Channel): JsonObject {
	return {id: channel.id, name: channel.kind === 'private' ? 'privategroup' : channel.name};
}

/** Where an interaction took place: `container`, and the view or the channel and message. */
export function placeFields(slack: Slack, surface: Surface): JsonObject {
	if ('view' in surface) {
		return {container: {type: 'view', view_id: surface.view.id}, view: viewOnTheWire(slack, surface.view)};
	}
	const {channel, message} = surface;
	const ephemeral = message.visibleTo !== undefined;
	return {
		container: {
			type: 'message',
			message_ts: message.ts,
			channel_id: channel.id,
			is_ephemeral: ephemeral,
			...(message.threadTs === undefined ? {} : {thread_ts: message.threadTs}),
		},
		channel: channelFields(channel),
		...(ephemeral ? {} : {message: messageOnTheWire(slack, channel, message)}),
	};
}
