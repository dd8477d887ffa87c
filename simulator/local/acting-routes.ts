import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {sendEvent} from '../delivery/events.ts';
import {act} from '../people/act.ts';
import {react} from '../people/react.ts';
import {runCommand} from '../people/run-command.ts';
import {eventsHeard, say} from '../people/say.ts';
import {suggest} from '../people/suggest.ts';
import {useShortcut} from '../people/use-shortcut.ts';
import type {Simulation} from '../simulation.ts';
import type {OpenView, Slack} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';
import {channelOf, homeOf, messageOf, personIn, viewOf} from './lookup.ts';
import type {SeenMessage} from './lookup.ts';
import {Value} from './value.ts';

const CommandBody = z.object({command: z.string(), text: z.string(), channel: z.string()});
const SayBody = z.object({
	channel: z.string(),
	text: z.string(),
	threadTs: z.string().optional(),
	files: z.array(z.string()).default([]),
});
/** A message, a modal, or the app's Home. */
const Place = z.object({
	channel: z.string().optional(),
	ts: z.string().optional(),
	viewId: z.string().optional(),
	home: z.boolean().optional(),
});
const Element = Place.extend({blockId: z.string(), actionId: z.string()});
const ActBody = Element.extend({value: Value.optional()});
const SuggestBody = Element.extend({query: z.string()});
const ShortcutBody = z.object({callbackId: z.string(), channel: z.string().optional(), ts: z.string().optional()});
const ReactBody = z.object({channel: z.string(), ts: z.string(), name: z.string(), on: z.boolean()});

/** What a person does: types, clicks, reacts. */
export function addActingRoutes(server: FastifyInstance, simulation: Simulation): void {
	const {slack} = simulation;
	server.post('/people/:person/commands', async (request) => {
		const person = personIn(slack, request.params);
		const {command, text, channel} = CommandBody.parse(request.body);
		return runCommand(simulation, {person, command, text, channel: channelOf(slack, person, channel)});
	});
	server.post('/people/:person/messages', async (request) => {
		const person = personIn(slack, request.params);
		const body = SayBody.parse(request.body);
		const channel = channelOf(slack, person, body.channel);
		const files = body.files.flatMap((id) => slack.files.get(id) ?? []);
		const {message, event} = say(slack, {
			person,
			channel,
			text: body.text,
			files,
			...(body.threadTs === undefined ? {} : {threadTs: body.threadTs}),
		});
		for (const heard of eventsHeard(slack, channel, event)) void sendEvent(simulation, heard, simulation.stop);
		return {ts: message.ts};
	});
	server.post('/people/:person/actions', async (request) => {
		const person = personIn(slack, request.params);
		const {value, blockId, actionId, ...place} = ActBody.parse(request.body);
		const surface = surfaceOf(slack, person, place);
		return act(simulation, {person, surface, blockId, actionId, ...(value === undefined ? {} : {value})});
	});
	server.post('/people/:person/suggestions', async (request) => {
		const person = personIn(slack, request.params);
		const {query, blockId, actionId, ...place} = SuggestBody.parse(request.body);
		return suggest(simulation, {person, surface: surfaceOf(slack, person, place), blockId, actionId, query});
	});
	server.post('/people/:person/shortcuts', async (request) => {
		const person = personIn(slack, request.params);
		const {callbackId, ...place} = ShortcutBody.parse(request.body);
		const on = place.ts === undefined ? {} : messageOf(slack, person, place);
		return useShortcut(simulation, {person, callbackId, ...on});
	});
	server.post('/people/:person/reactions', async (request) => {
		const person = personIn(slack, request.params);
		const {name, on, ...place} = ReactBody.parse(request.body);
		react(simulation, {person, message: messageOf(slack, person, place).message, name, on});
		return {};
	});
}

/** A message, or the view of a modal or of the Home. */
function surfaceOf(
	slack: Slack,
	person: PersonRecord,
	place: z.output<typeof Place>,
): SeenMessage | {readonly view: OpenView} {
	if (place.viewId !== undefined) return {view: viewOf(slack, person, place.viewId)};
	if (place.home === true) return {view: homeOf(slack, person)};
	return messageOf(slack, person, place);
}
