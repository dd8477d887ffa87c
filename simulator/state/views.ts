import {objectField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {SlackError} from '../api/slack-error.ts';
import {elementsOf} from './elements.ts';
import {initialState} from './element-state.ts';
import {namedBlocks} from './named-blocks.ts';
import {changed} from './slack.ts';
import type {OpenView, Slack, Values} from './slack.ts';

/** Modals lie at most three deep (Slack: "Modals", view stack). */
const STACK_LIMIT = 3;

/** Opens a modal in front of a person, in place of any other. */
export function openView(slack: Slack, person: string, payload: JsonObject): OpenView {
	const id = slack.ids.next('V');
	const view = makeView(slack, {id, person, rootId: id, previousId: null}, payload);
	closeAll(slack, person);
	slack.views.set(id, view);
	slack.stacks.set(person, [id]);
	changed(slack);
	return view;
}

/** Puts a modal on top of those in front of a person; throws `push_limit_reached` above three. */
export function pushView(slack: Slack, person: string, payload: JsonObject): OpenView {
	const stack = slack.stacks.get(person) ?? [];
	const previousId = stack.at(-1);
	if (previousId === undefined) throw new SlackError('not_found');
	if (stack.length >= STACK_LIMIT) throw new SlackError('push_limit_reached');
	const rootId = stack[0] ?? previousId;
	const view = makeView(slack, {id: slack.ids.next('V'), person, rootId, previousId}, payload);
	slack.views.set(view.id, view);
	slack.stacks.set(person, [...stack, view.id]);
	changed(slack);
	return view;
}

/** Shows something else in an open modal; what was put in stays where block and action are the same. */
export function replaceView(slack: Slack, view: OpenView, payload: JsonObject): void {
	const next = withNamedBlocks(slack, payload);
	refuseTakenName(slack, textField(payload, 'external_id'), view.id);
	view.values = keptValues(view, next);
	view.payload = next;
	view.externalId = textField(payload, 'external_id') ?? view.externalId;
	view.hash = newHash(slack);
	changed(slack);
}

/** Shows a Home tab to a person, in place of the one before; the view keeps its id. */
export function publishHome(slack: Slack, person: string, payload: JsonObject): OpenView {
	const before = slack.homes.get(person);
	if (before !== undefined) {
		replaceView(slack, before, payload);
		return before;
	}
	const id = slack.ids.next('V');
	const home = makeView(slack, {id, person, rootId: id, previousId: null}, payload);
	slack.homes.set(person, home);
	changed(slack);
	return home;
}

/** The modal or Home tab with this id. */
export function findView(slack: Slack, id: string): OpenView | undefined {
	return slack.views.get(id) ?? [...slack.homes.values()].find((each) => each.id === id);
}

/** The modal or Home tab that the app named so. */
export function findViewByExternalId(slack: Slack, externalId: string): OpenView | undefined {
	return [...slack.views.values(), ...slack.homes.values()].find((each) => each.externalId === externalId);
}

/** Takes one modal away; the one under it comes to light. */
export function closeView(slack: Slack, view: OpenView): void {
	slack.views.delete(view.id);
	const stack = (slack.stacks.get(view.person) ?? []).filter((id) => id !== view.id);
	slack.stacks.set(view.person, stack);
	changed(slack);
}

/** Takes every modal away from a person. */
export function closeAll(slack: Slack, person: string): void {
	for (const id of slack.stacks.get(person) ?? []) slack.views.delete(id);
	slack.stacks.set(person, []);
	changed(slack);
}

/** The view as it goes over the wire (Slack: view payloads). */
export function viewOnTheWire(slack: Slack, view: OpenView): JsonObject {
	return {
		id: view.id,
		team_id: slack.team.id,
		type: view.payload['type'],
		blocks: view.payload['blocks'] ?? [],
		private_metadata: textField(view.payload, 'private_metadata') ?? '',
		callback_id: textField(view.payload, 'callback_id') ?? '',
		state: {values: view.values},
		hash: view.hash,
		title: objectField(view.payload, 'title') ?? null,
		clear_on_close: view.payload['clear_on_close'] === true,
		notify_on_close: view.payload['notify_on_close'] === true,
		close: objectField(view.payload, 'close') ?? null,
		submit: objectField(view.payload, 'submit') ?? null,
		previous_view_id: view.previousId,
		root_view_id: view.rootId,
		app_id: slack.app.id,
		external_id: view.externalId,
		app_installed_team_id: slack.team.id,
		bot_id: slack.app.botId,
	};
}

function makeView(
	slack: Slack,
	place: Pick<OpenView, 'id' | 'person' | 'rootId' | 'previousId'>,
	payload: JsonObject,
): OpenView {
	const externalId = textField(payload, 'external_id') ?? '';
	refuseTakenName(slack, externalId, place.id);
	const named = withNamedBlocks(slack, payload);
	return {...place, externalId, hash: newHash(slack), payload: named, values: firstValues(named)};
}

function refuseTakenName(slack: Slack, externalId: string | undefined, id: string): void {
	if (externalId === undefined || externalId === '') return;
	const holder = findViewByExternalId(slack, externalId);
	if (holder !== undefined && holder.id !== id) throw new SlackError('duplicate_external_id');
}

function withNamedBlocks(slack: Slack, payload: JsonObject): JsonObject {
	const blocks = payload['blocks'];
	return {...payload, blocks: namedBlocks(slack, Array.isArray(blocks) ? blocks : [])};
}

function firstValues(payload: JsonObject): Values {
	const values: Values = {};
	for (const {blockId, actionId, element} of elementsOf(payload)) {
		const state = initialState(element);
		if (state !== undefined) (values[blockId] ??= {})[actionId] = state;
	}
	return values;
}

function keptValues(view: OpenView, next: JsonObject): Values {
	const values = firstValues(next);
	for (const {blockId, actionId, element} of elementsOf(next)) {
		const before = view.values[blockId]?.[actionId];
		if (before !== undefined && before['type'] === element['type']) {
			(values[blockId] ??= {})[actionId] = before;
		}
	}
	return values;
}

function newHash(slack: Slack): string {
	return `${slack.ids.timestamp().split('.')[0] ?? ''}.${slack.ids.next('').toLowerCase()}`;
}
