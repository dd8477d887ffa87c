import type {JsonObject} from '../../json.ts';
import {userOnTheWire} from '../../state/people.ts';
import {requiredText, textArgument} from '../arguments.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {pageOf} from '../pages.ts';
import {SlackError} from '../slack-error.ts';

export const userMethods: Readonly<Record<string, Method>> = {
	'users.info': botMethod(['users:read'], tiers.four, info),
	'users.list': botMethod(['users:read'], tiers.two, list),
	'users.lookupByEmail': botMethod(['users:read.email'], tiers.three, lookupByEmail),
};

function info({slack, given}: MethodCall): JsonObject {
	const person = slack.people.get(textArgument(given, 'user') ?? '');
	if (person === undefined) throw new SlackError('user_not_found');
	return {user: userOnTheWire(slack, person)};
}

function list({slack, given}: MethodCall): JsonObject {
	const page = pageOf([...slack.people.values()], given, {fallback: 1000, most: 1000});
	return {
		members: page.items.map((each) => userOnTheWire(slack, each)),
		cache_ts: Math.floor(slack.now() / 1000),
		response_metadata: {next_cursor: page.next},
	};
}

function lookupByEmail({slack, given}: MethodCall): JsonObject {
	const email = requiredText(given, 'email').toLowerCase();
	const person = [...slack.people.values()].find((each) => each.email.toLowerCase() === email);
	// Deactivated people and those of other teams are not found (Slack: users.lookupByEmail).
	if (person === undefined || person.deactivated || person.stranger || person.bot) {
		throw new SlackError('users_not_found');
	}
	return {user: userOnTheWire(slack, person)};
}
