import type {JsonObject} from '../../json.ts';
import {isObject} from '../../json.ts';
import {checkView, kindOf} from '../../limits/view.ts';
import type {ViewKind} from '../../limits/view.ts';
import {
	findView,
	findViewByExternalId,
	openView,
	publishHome,
	pushView,
	replaceView,
	viewOnTheWire,
} from '../../state/views.ts';
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
	'views.publish': botMethod([], tiers.four, publish),
};

function open({slack, given}: MethodCall): JsonObject {
	const payload = checkedView(given, 'modal');
	const person = useTrigger(slack, requiredText(given, 'trigger_id'));
	return {view: viewOnTheWire(slack, openView(slack, person, payload))};
}

function push({slack, given}: MethodCall): JsonObject {
	const payload = checkedView(given, 'modal');
	const person = useTrigger(slack, requiredText(given, 'trigger_id'));
	return {view: viewOnTheWire(slack, pushView(slack, person, payload))};
}

function update({slack, given}: MethodCall): JsonObject {
	const payload = givenView(given);
	const view = namedView(slack, given);
	checkView(payload, kindOf(view.payload));
	refuseStaleHash(given, view);
	replaceView(slack, view, payload);
	return {view: viewOnTheWire(slack, view)};
}

function publish({slack, given}: MethodCall): JsonObject {
	const payload = checkedView(given, 'home');
	const person = slack.people.get(requiredText(given, 'user_id'));
	// Slack: views.publish, example of an error.
	if (person === undefined) {
		throw new SlackError('invalid_arguments', {response_metadata: {messages: ['invalid `user_id`']}});
	}
	if (!slack.manifest.homeTab) throw new SlackError('not_enabled');
	const before = slack.homes.get(person.id);
	if (before !== undefined) refuseStaleHash(given, before);
	return {view: viewOnTheWire(slack, publishHome(slack, person.id, payload))};
}

function refuseStaleHash(given: Arguments, view: OpenView): void {
	const hash = textArgument(given, 'hash');
	if (hash !== undefined && hash !== view.hash) throw new SlackError('hash_conflict');
}

function checkedView(given: Arguments, kind: ViewKind): JsonObject {
	const payload = givenView(given);
	checkView(payload, kind);
	return payload;
}

function givenView(given: Arguments): JsonObject {
	const payload = jsonArgument(given, 'view');
	if (!isObject(payload)) {
		throw new SlackError('invalid_arguments', {
			response_metadata: {messages: ['[ERROR] missing required field: view']},
		});
	}
	return payload;
}

function namedView(slack: Slack, given: Arguments): OpenView {
	const externalId = textArgument(given, 'external_id');
	const found =
		externalId === undefined
			? findView(slack, requiredText(given, 'view_id'))
			: findViewByExternalId(slack, externalId);
	if (found === undefined) throw new SlackError('not_found');
	return found;
}
