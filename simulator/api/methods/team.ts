import type {JsonObject} from '../../json.ts';
import {textArgument} from '../arguments.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {SlackError} from '../slack-error.ts';

export const teamMethods: Readonly<Record<string, Method>> = {
	'team.info': botMethod(['team:read'], tiers.three, teamInfo),
	'bots.info': botMethod(['users:read'], tiers.three, botInfo),
	// Nobody has added an emoji to this workspace.
	'emoji.list': botMethod(['emoji:read'], tiers.two, () => ({emoji: {}, cache_ts: '0'})),
};

function teamInfo({slack, given}: MethodCall): JsonObject {
	const asked = textArgument(given, 'team');
	if (asked !== undefined && asked !== slack.team.id) throw new SlackError('team_not_found');
	return {
		team: {
			id: slack.team.id,
			name: slack.team.name,
			url: `${slack.address.url}/`,
			domain: slack.team.domain,
			email_domain: '',
			icon: {image_default: true},
		},
	};
}

function botInfo({slack, given}: MethodCall): JsonObject {
	const {app} = slack;
	if (textArgument(given, 'bot') !== app.botId) throw new SlackError('bot_not_found');
	return {
		bot: {
			id: app.botId,
			app_id: app.id,
			user_id: app.botUserId,
			name: app.name,
			deleted: false,
			updated: 0,
			icons: {},
		},
	};
}
