import {objectField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {newResponseUrl} from '../delivery/response-url.ts';
import type {Simulation} from '../simulation.ts';
import {elementsOf} from '../state/elements.ts';
import type {PlacedElement} from '../state/elements.ts';
import {initialState} from '../state/element-state.ts';
import type {GivenValue} from '../state/element-state.ts';
import {findMessage} from '../state/messages.ts';
import {changed} from '../state/slack.ts';
import type {Channel, Message, Slack, Values} from '../state/slack.ts';
import {newTrigger} from '../state/triggers.ts';
import type {PersonRecord} from '../workspace.ts';
import {errorOf} from './outcome.ts';
import type {ActionOutcome} from './outcome.ts';
import {interactionBase, placeFields} from './payload.ts';
import {blocksOf, placedElement} from './placed.ts';
import type {Surface} from './placed.ts';
import {stateOnceGiven} from './put-in.ts';

export type {Surface} from './placed.ts';

/** What a person does there. */
export type Act = {
	readonly person: PersonRecord;
	readonly surface: Surface;
	readonly blockId: string;
	readonly actionId: string;
	/** The choice; nothing for a button. For a file_input, the ids of files that this person uploaded. */
	readonly value?: GivenValue;
};

/**
 * A person uses a button, a menu, a picker or an input. The app gets block_actions, but for an input
 * block without dispatch_action, which only keeps the value. Throws ImpossibleInput.
 */
export async function act(simulation: Simulation, done: Act): Promise<ActionOutcome> {
	const {slack} = simulation;
	const placed = placedElement(done);
	const state = stateOf(slack, done, placed);
	if (state !== undefined && placed.element['type'] !== 'overflow') {
		remember(valuesOf(slack, done), placed, state);
		changed(slack);
	}
	const {block} = placed;
	if (block['type'] === 'input' && block['dispatch_action'] !== true) return {kind: 'accepted'};
	const payload = {
		...interactionBase(slack, done.person),
		type: 'block_actions',
		trigger_id: newTrigger(slack, done.person.id),
		...placeFields(slack, done.surface),
		...messageFields(slack, done),
		actions: [actionOf(slack, placed, state)],
	};
	return answered(simulation, payload);
}

/** Sends an interaction that the app may only acknowledge. */
export async function answered(simulation: Simulation, payload: JsonObject): Promise<ActionOutcome> {
	const acknowledgement = await simulation.deliver({
		type: 'interactive',
		payload,
		takesAnswer: false,
	});
	if (acknowledgement.kind === 'acknowledged') return {kind: 'accepted'};
	const shown = 'This app responded with an error. Try again or contact its maker.';
	return {kind: 'failed', error: errorOf(acknowledgement), shown};
}

/** What the element holds after this; buttons hold nothing. */
function stateOf(slack: Slack, done: Act, placed: PlacedElement): JsonObject | undefined {
	const type = textField(placed.element, 'type');
	if (type === 'button' || type === 'workflow_button') return undefined;
	const {person, surface, value = null} = done;
	return stateOnceGiven(slack, {person, surface, placed, value, values: valuesOf(slack, done)});
}

function remember(values: Values, placed: PlacedElement, state: JsonObject): void {
	(values[placed.blockId] ??= {})[placed.actionId] = state;
}

function valuesOf(slack: Slack, {surface, person}: Act): Values {
	if ('view' in surface) return surface.view.values;
	const key = `${person.id} ${surface.message.ts}`;
	const values = slack.messageValues.get(key) ?? {};
	slack.messageValues.set(key, values);
	return values;
}

/** What the elements that are there now hold: the choices of this person, else what they start with. */
function shownValues(surface: Surface, chosen: Values): Values {
	const values: Values = {};
	for (const placed of elementsOf(blocksOf(surface))) {
		const state = chosen[placed.blockId]?.[placed.actionId] ?? initialState(placed.element);
		if (state !== undefined) remember(values, placed, state);
	}
	return values;
}

/** What only messages have: the values of their elements, and a response_url. */
function messageFields(slack: Slack, done: Act): JsonObject {
	const {surface, person} = done;
	if ('view' in surface) return {};
	const {channel, message} = surface;
	return {
		state: {values: shownValues(surface, valuesOf(slack, done))},
		response_url: newResponseUrl(
			slack,
			{
				person: person.id,
				channel: channel.id,
				messageTs: message.ts,
				...(message.threadTs === undefined ? {} : {threadTs: message.threadTs}),
			},
			'actions',
		),
	};
}

function actionOf(
	slack: Slack,
	{blockId, actionId, element}: PlacedElement,
	state: JsonObject | undefined,
): JsonObject {
	const common = {action_id: actionId, block_id: blockId, action_ts: slack.ids.timestamp()};
	if (state !== undefined) {
		const placeholder = objectField(element, 'placeholder');
		return {...state, ...(placeholder === undefined ? {} : {placeholder}), ...common};
	}
	const kept = ['value', 'style', 'url'].filter((name) => element[name] !== undefined);
	return {
		type: element['type'],
		text: objectField(element, 'text'),
		...Object.fromEntries(kept.map((name) => [name, element[name]])),
		...common,
	};
}

/** The message with this ts that the person can see, or undefined. */
export function messageSeenBy(channel: Channel, person: PersonRecord, ts: string): Message | undefined {
	const message = findMessage(channel, ts);
	const hidden = message?.visibleTo !== undefined && message.visibleTo !== person.id;
	return hidden ? undefined : message;
}
