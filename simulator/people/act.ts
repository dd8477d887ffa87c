import {objectField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {newResponseUrl} from '../delivery/response-url.ts';
import type {Simulation} from '../simulation.ts';
import {elementsOf} from '../state/elements.ts';
import type {PlacedElement} from '../state/elements.ts';
import {ImpossibleInput, initialState, stateFrom} from '../state/element-state.ts';
import type {GivenValue} from '../state/element-state.ts';
import {findMessage} from '../state/messages.ts';
import {messageOnTheWire} from '../state/message-on-the-wire.ts';
import {changed} from '../state/slack.ts';
import type {Channel, Message, OpenView, Slack, Values} from '../state/slack.ts';
import {newTrigger} from '../state/triggers.ts';
import {viewOnTheWire} from '../state/views.ts';
import type {PersonRecord} from '../workspace.ts';
import {errorOf} from './outcome.ts';
import type {ActionOutcome} from './outcome.ts';
import {interactionBase} from './payload.ts';

/** Where a person acts: on a message or in a modal. */
export type Surface = {readonly channel: Channel; readonly message: Message} | {readonly view: OpenView};

/** What a person does there. */
export type Act = {
	readonly person: PersonRecord;
	readonly surface: Surface;
	readonly blockId: string;
	readonly actionId: string;
	/** The choice; nothing for a button. */
	readonly value?: GivenValue;
};

/** A person uses a button, a menu or a picker; the app gets block_actions. Throws ImpossibleInput. */
export async function act(simulation: Simulation, done: Act): Promise<ActionOutcome> {
	const {slack} = simulation;
	const placed = placedElement(done);
	const type = textField(placed.element, 'type');
	const state =
		type === 'button' || type === 'workflow_button' ? undefined : stateFrom(placed.element, done.value ?? null);
	if (state !== undefined && type !== 'overflow') {
		remember(valuesOf(slack, done), placed, state);
		changed(slack);
	}
	const payload = {
		...interactionBase(slack, done.person),
		type: 'block_actions',
		trigger_id: newTrigger(slack, done.person.id),
		...surfaceFields(slack, done),
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

/** The modal or message as blocks. */
function blocksOf(surface: Surface): {readonly blocks: unknown} {
	return 'view' in surface ? {blocks: surface.view.payload['blocks']} : {blocks: surface.message.blocks};
}

/** Keeps a choice in the values. */
export function remember(values: Values, placed: PlacedElement, state: JsonObject): void {
	(values[placed.blockId] ??= {})[placed.actionId] = state;
}

function placedElement({surface, blockId, actionId}: Act): PlacedElement {
	const placed = elementsOf(blocksOf(surface)).find((each) => each.blockId === blockId && each.actionId === actionId);
	if (placed === undefined) throw new ImpossibleInput(`There is no ${actionId} in ${blockId}.`);
	return placed;
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

function surfaceFields(slack: Slack, done: Act): JsonObject {
	const {surface, person} = done;
	if ('view' in surface) {
		return {
			container: {type: 'view', view_id: surface.view.id},
			view: viewOnTheWire(slack, surface.view),
		};
	}
	const {channel, message} = surface;
	const ephemeral = message.visibleTo !== undefined;
	const threadTs = message.threadTs;
	return {
		container: {
			type: 'message',
			message_ts: message.ts,
			channel_id: channel.id,
			is_ephemeral: ephemeral,
			...(threadTs === undefined ? {} : {thread_ts: threadTs}),
		},
		channel: {id: channel.id, name: channel.kind === 'private' ? 'privategroup' : channel.name},
		...(ephemeral ? {} : {message: messageOnTheWire(slack, channel, message)}),
		state: {values: shownValues(surface, valuesOf(slack, done))},
		response_url: newResponseUrl(
			slack,
			{
				person: person.id,
				channel: channel.id,
				messageTs: message.ts,
				...(threadTs === undefined ? {} : {threadTs}),
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
