import type {JsonObject} from '../../json.ts';
import type {Slack, UserGroup} from '../../state/slack.ts';
import {flagArgument, requiredText} from '../arguments.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {SlackError} from '../slack-error.ts';

export const userGroupMethods: Readonly<Record<string, Method>> = {
	'usergroups.list': botMethod(['usergroups:read'], tiers.two, list),
	'usergroups.users.list': botMethod(['usergroups:read'], tiers.two, usersList),
};

function list({slack, given}: MethodCall): JsonObject {
	const withUsers = flagArgument(given, 'include_users');
	return {
		usergroups: [...slack.userGroups.values()].map((each) => ({
			...groupOnTheWire(slack, each),
			...(withUsers ? {users: [...each.members]} : {}),
		})),
	};
}

function usersList({slack, given}: MethodCall): JsonObject {
	const group = slack.userGroups.get(requiredText(given, 'usergroup'));
	if (group === undefined) throw new SlackError('no_such_subteam');
	return {users: [...group.members]};
}

function groupOnTheWire(slack: Slack, group: UserGroup): JsonObject {
	return {
		id: group.id,
		team_id: slack.team.id,
		is_usergroup: true,
		is_subteam: true,
		name: group.name,
		description: '',
		handle: group.handle,
		is_external: false,
		date_create: 0,
		date_update: 0,
		date_delete: 0,
		auto_type: null,
		user_count: group.members.size,
		prefs: {channels: [], groups: []},
	};
}
