import type {JsonObject} from '../../json.ts';
import {isObject} from '../../json.ts';
import {checkView} from '../../limits/view.ts';
import {openView, pushView, replaceView, viewOnTheWire} from '../../state/views.ts';
import type {OpenView, Slack} from '../../state/slack.ts';
import {useTrigger} from '../../state/triggers.ts';
import {jsonArgument, requiredText, textArgument} from '../arguments.ts';
import type {Arguments} from '../arguments.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {SlackError} from '../slack-error.ts';

export const viewMethods: Readonly<Record<string, Method>> = {
	'views.open': botMethod([], tiers.four, open),
	'views.push': botMethod([], tiers.four, push),
	'views.update': botMethod([], tiers.four, update),
};

function open({slack, given}: MethodCall): JsonObject {
	const payload = checkedView(given);
	const person = useTrigger(slack, requiredText(given, 'trigger_id'));
	return {view: viewOnTheWire(slack, openView(slack, person, payload))};
}

function push({slack, given}: MethodCall): JsonObject {
	const payload = checkedView(given);
	const person = useTrigger(slack, requiredText(given, 'trigger_id'));
	return {view: viewOnTheWire(slack, pushView(slack, person, payload))};
}

function update({slack, given}: MethodCall): JsonObject {
	const payload = checkedView(given);
	const view = namedView(slack, given);
	const hash = textArgument(given, 'hash');
	if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict');
	replaceView(slack, view, payload);
	return {view: viewOnTheWire(slack, view)};
}

function checkedView(given: Arguments): JsonObject {
	const payload = jsonArgument(given, 'view');
	if (!isObject(payload)) {
		throw new SlackError('invalid_arguments', {
			response_metadata: {messages: ['[ERROR] missing required field: view']},
		});
	}
	checkView(payload);
	return payload;
}

function namedView(slack: Slack, given: Arguments): OpenView {
	const externalId = textArgument(given, 'external_id');
	const found =
		externalId === undefined
			? slack.views.get(requiredText(given, 'view_id'))
			: [...slack.views.values()].find((each) => each.externalId === externalId);
	if (found === undefined) throw new SlackError('not_found');
	return found;
}
