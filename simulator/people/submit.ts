import {isObject, objectField, objectsField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {SlackError} from '../api/slack-error.ts';
import {checkView} from '../limits/view.ts';
import type {Simulation} from '../simulation.ts';
import type {OpenView} from '../state/slack.ts';
import {newTrigger} from '../state/triggers.ts';
import {closeAll, closeView, pushView, replaceView, viewOnTheWire} from '../state/views.ts';
import type {PersonRecord} from '../workspace.ts';
import {answered} from './act.ts';
import {inputErrors} from './fill.ts';
import {errorOf} from './outcome.ts';
import type {SubmitOutcome} from './outcome.ts';
import {interactionBase} from './payload.ts';

const TROUBLE = 'We had some trouble connecting. Try again?';

/** A person presses submit; what the app answers happens to the modal. */
export async function submit(simulation: Simulation, person: PersonRecord, view: OpenView): Promise<SubmitOutcome> {
	const {slack} = simulation;
	const errors = inputErrors(view);
	if (Object.keys(errors).length > 0) return {kind: 'errors', by: 'slack', errors};
	const acknowledgement = await simulation.deliver({
		type: 'interactive',
		payload: {
			...interactionBase(slack, person),
			type: 'view_submission',
			trigger_id: newTrigger(slack, person.id),
			view: viewOnTheWire(slack, view),
			response_urls: [],
		},
		takesAnswer: true,
	});
	if (acknowledgement.kind !== 'acknowledged') {
		return {kind: 'failed', error: errorOf(acknowledgement), shown: TROUBLE};
	}
	return obey(simulation, view, isObject(acknowledgement.body) ? acknowledgement.body : {});
}

/** A person closes the top modal; the app hears of it where it asked to. */
export async function close(simulation: Simulation, person: PersonRecord, view: OpenView): Promise<void> {
	const {slack} = simulation;
	const wire = viewOnTheWire(slack, view);
	const all = view.payload['clear_on_close'] === true;
	if (all) closeAll(slack, person.id);
	else closeView(slack, view);
	if (view.payload['notify_on_close'] !== true) return;
	await answered(simulation, {
		...interactionBase(slack, person),
		type: 'view_closed',
		view: wire,
		is_cleared: all,
	});
}

/** Does what response_action says (Slack: "Modals", response actions). */
function obey(simulation: Simulation, view: OpenView, body: JsonObject): SubmitOutcome {
	const {slack} = simulation;
	const action = textField(body, 'response_action');
	try {
		switch (action) {
			case undefined:
				closeView(slack, view);
				return {kind: 'closed'};
			case 'clear':
				closeAll(slack, view.person);
				return {kind: 'cleared'};
			case 'errors':
				return fieldErrors(view, body);
			case 'update':
				replaceView(slack, view, checkedView(body));
				return {kind: 'updated', view: viewOnTheWire(slack, view)};
			case 'push': {
				const pushed = pushView(slack, view.person, checkedView(body));
				return {kind: 'pushed', view: viewOnTheWire(slack, pushed)};
			}
			default:
				throw new SlackError('invalid_response_action');
		}
	} catch (error) {
		if (!(error instanceof SlackError)) throw error;
		return {kind: 'failed', error: describe(error), shown: TROUBLE};
	}
}

/** Errors belong to input blocks that are there; else Slack shows none of them. */
function fieldErrors(view: OpenView, body: JsonObject): SubmitOutcome {
	const errors = objectField(body, 'errors') ?? {};
	const inputs = objectsField(view.payload, 'blocks').filter((each) => each['type'] === 'input');
	const known = new Set(inputs.map((each) => each['block_id']));
	const names = Object.keys(errors);
	if (names.length === 0 || names.some((name) => !known.has(name))) {
		throw new SlackError(`invalid_errors: ${names.join(', ')} must name input blocks`);
	}
	const texts = Object.entries(errors).map(([name, text]) => [name, String(text)]);
	return {kind: 'errors', by: 'app', errors: Object.fromEntries(texts)};
}

function checkedView(body: JsonObject): JsonObject {
	const view = objectField(body, 'view');
	if (view === undefined) throw new SlackError('missing_view');
	checkView(view, 'modal');
	return view;
}

function describe({code, more}: SlackError): string {
	const messages = objectField(more, 'response_metadata')?.['messages'];
	return Array.isArray(messages) ? `${code}: ${messages.join('; ')}` : code;
}
