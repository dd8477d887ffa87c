import type {JsonObject} from '../../json.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';

export const authMethods: Readonly<Record<string, Method>> = {
	'auth.test': botMethod([], tiers.special, test),
	'api.test': botMethod([], tiers.four, ({given}) => ({args: given})),
};

function test({slack}: MethodCall): JsonObject {
	const bot = slack.people.get(slack.app.botUserId);
	return {
		url: `${slack.address.url}/`,
		team: slack.team.name,
		user: bot?.name ?? '',
		team_id: slack.team.id,
		user_id: slack.app.botUserId,
		bot_id: slack.app.botId,
		is_enterprise_install: false,
	};
}
