import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {sendEvent} from '../delivery/events.ts';
import {Misbehaviour, setMood} from '../misbehaviour.ts';
import {act, messageSeenBy} from '../people/act.ts';
import type {Surface} from '../people/act.ts';
import {fill} from '../people/fill.ts';
import {readChannel} from '../people/read.ts';
import {runCommand} from '../people/run-command.ts';
import {appHears, say, uploadAs} from '../people/say.ts';
import {close, submit} from '../people/submit.ts';
import type {Simulation} from '../simulation.ts';
import {directMessage, findChannel} from '../state/channels.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {findPerson} from '../state/people.ts';
import {changed} from '../state/slack.ts';
import type {Channel, OpenView, Slack} from '../state/slack.ts';
import {viewOnTheWire} from '../state/views.ts';
import type {PersonRecord} from '../workspace.ts';
import {waitForChange} from './wait-for-change.ts';

const Value = z.union([z.string(), z.number(), z.array(z.string()), z.null()]);
const PersonPath = z.object({person: z.string()});
const ViewPath = PersonPath.extend({view: z.string()});
const CommandBody = z.object({command: z.string(), text: z.string(), channel: z.string()});
const SayBody = z.object({
	channel: z.string(),
	text: z.string(),
	threadTs: z.string().optional(),
	files: z.array(z.string()).default([]),
});
const FileBody = z.object({filename: z.string(), base64: z.string()});
const FillBody = z.object({blockId: z.string(), actionId: z.string(), value: Value});
const ActBody = z.object({
	channel: z.string().optional(),
	ts: z.string().optional(),
	viewId: z.string().optional(),
	blockId: z.string(),
	actionId: z.string(),
	value: Value.optional(),
});
const PersonChange = z
	.object({
		guest: z.boolean(),
		deactivated: z.boolean(),
		bot: z.boolean(),
		stranger: z.boolean(),
		email: z.string(),
		realName: z.string(),
		timeZone: z.string(),
	})
	.partial();
const Delivery = z.discriminatedUnion('mode', [
	z.object({mode: z.literal('socket')}),
	z.object({mode: z.literal('http'), requestUrl: z.url()}),
]);
const GroupChange = z.object({members: z.array(z.string())});

/** The doors through which tests, the demo and the page act as people: `/_local/…`, JSON. */
export function addLocalRoutes(server: FastifyInstance, simulation: Simulation, stop: AbortSignal): void {
	const {slack, mood, log} = simulation;
	const at = '/_local';

	server.get(`${at}/workspace`, async () => describeWorkspace(simulation));
	server.get(`${at}/calls`, async () => log.calls);
	server.get(`${at}/deliveries`, async () => log.deliveries);
	server.get(`${at}/changes`, async (request) => {
		const query = z.object({after: z.coerce.number(), wait: z.coerce.number()}).parse(request.query);
		return waitForChange(slack, query, stop);
	});
	server.get(`${at}/files/:id`, async (request, reply) => {
		const {id} = z.object({id: z.string()}).parse(request.params);
		const bytes = slack.files.get(id)?.bytes;
		if (bytes === undefined) throw new ImpossibleInput(`There is no file ${id}.`);
		return reply.type('application/octet-stream').send(bytes);
	});
	server.post(`${at}/misbehaviours`, async (request) => {
		const wish = Misbehaviour.parse(request.body);
		setMood(mood, wish);
		if (wish.kind === 'drop_sockets') simulation.dropSockets(wish.announced);
		if (wish.kind === 'down' && wish.on) simulation.dropSockets(false);
		return {};
	});
	server.put(`${at}/delivery`, async (request) => {
		simulation.setDelivery(Delivery.parse(request.body));
		return {};
	});
	server.post(`${at}/events`, async (request) => {
		const event = z.record(z.string(), z.unknown()).parse(request.body);
		void sendEvent(simulation, event, stop);
		return {};
	});
	server.patch(`${at}/people/:person`, async (request) => {
		const person = personOf(slack, request.params);
		const change = PersonChange.parse(request.body);
		const next: PersonRecord = {...person};
		Object.assign(next, change);
		slack.people.set(person.id, next);
		changed(slack);
		return next;
	});
	server.patch(`${at}/user-groups/:group`, async (request) => {
		const {group} = z.object({group: z.string()}).parse(request.params);
		const {members} = GroupChange.parse(request.body);
		setGroup(slack, group, members);
		return {};
	});

	server.post(`${at}/people/:person/commands`, async (request) => {
		const person = personOf(slack, request.params);
		const {command, text, channel} = CommandBody.parse(request.body);
		return runCommand(simulation, {
			person,
			command,
			text,
			channel: channelOf(slack, person, channel),
		});
	});
	server.post(`${at}/people/:person/messages`, async (request) => {
		const person = personOf(slack, request.params);
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
		if (appHears(slack, channel)) void sendEvent(simulation, event, stop);
		return {ts: message.ts};
	});
	server.post(`${at}/people/:person/files`, async (request) => {
		const {filename, base64} = FileBody.parse(request.body);
		const bytes = Buffer.from(base64, 'base64');
		return {id: uploadAs(slack, personOf(slack, request.params), {filename, bytes}).id};
	});
	server.get(`${at}/people/:person/channels/:channel/messages`, async (request) => {
		const person = personOf(slack, request.params);
		const {channel} = z.object({channel: z.string()}).parse(request.params);
		return readChannel(slack, channelOf(slack, person, channel), person);
	});
	server.get(`${at}/people/:person/direct-messages`, async (request) => {
		const person = personOf(slack, request.params);
		return readChannel(slack, directMessage(slack, [person.id]), person);
	});
	server.post(`${at}/people/:person/actions`, async (request) => {
		const person = personOf(slack, request.params);
		const body = ActBody.parse(request.body);
		return act(simulation, {
			person,
			surface: surfaceOf(slack, person, body),
			blockId: body.blockId,
			actionId: body.actionId,
			...(body.value === undefined ? {} : {value: body.value}),
		});
	});
	server.get(`${at}/people/:person/views`, async (request) => {
		const person = personOf(slack, request.params);
		const stack = slack.stacks.get(person.id) ?? [];
		return stack.map((id) => viewOnTheWire(slack, viewOf(slack, person, id)));
	});
	server.put(`${at}/people/:person/views/:view/values`, async (request) => {
		const {person, view} = openViewOf(slack, request.params);
		return fill(simulation, {person, view, ...FillBody.parse(request.body)});
	});
	server.post(`${at}/people/:person/views/:view/submit`, async (request) => {
		const {person, view} = openViewOf(slack, request.params);
		return submit(simulation, person, view);
	});
	server.post(`${at}/people/:person/views/:view/close`, async (request) => {
		const {person, view} = openViewOf(slack, request.params);
		await close(simulation, person, view);
		return {};
	});
}

function describeWorkspace(simulation: Simulation): object {
	const {slack} = simulation;
	return {
		team: slack.team,
		app: slack.app,
		commands: slack.manifest.commands,
		scopes: slack.manifest.scopes,
		revision: slack.changes.revision,
		connections: simulation.connections(),
		people: [...slack.people.values()],
		channels: [...slack.channels.values()].map(({id, name, kind, members}) => ({
			id,
			name,
			kind,
			members: [...members],
		})),
		userGroups: [...slack.userGroups.values()].map((each) => ({
			...each,
			members: [...each.members],
		})),
	};
}

function setGroup(slack: Slack, idOrHandle: string, members: readonly string[]): void {
	const group = [...slack.userGroups.values()].find(
		(each) => each.id === idOrHandle || each.handle === idOrHandle.replace(/^@/, ''),
	);
	if (group === undefined) throw new ImpossibleInput(`There is no group ${idOrHandle}.`);
	const ids = members.map((name) => personOf(slack, {person: name}).id);
	slack.userGroups.set(group.id, {...group, members: new Set(ids)});
	changed(slack);
}

function personOf(slack: Slack, path: unknown): PersonRecord {
	const {person: name} = PersonPath.parse(path);
	const person = findPerson(slack, name);
	if (person === undefined) throw new ImpossibleInput(`There is nobody called ${name}.`);
	return person;
}

/** The channel that this person is in; `app` is the direct message with the app. */
function channelOf(slack: Slack, person: PersonRecord, name: string): Channel {
	const channel = name === 'app' ? directMessage(slack, [person.id]) : findChannel(slack, name);
	if (channel === undefined) throw new ImpossibleInput(`There is no channel ${name}.`);
	if (!channel.members.has(person.id)) {
		throw new ImpossibleInput(`${person.name} is not in ${name}.`);
	}
	return channel;
}

function surfaceOf(slack: Slack, person: PersonRecord, body: z.output<typeof ActBody>): Surface {
	if (body.viewId !== undefined) return {view: viewOf(slack, person, body.viewId)};
	const channel = channelOf(slack, person, body.channel ?? '');
	const message = messageSeenBy(channel, person, body.ts ?? '');
	if (message === undefined) throw new ImpossibleInput(`There is no message ${body.ts ?? ''}.`);
	return {channel, message};
}

function openViewOf(slack: Slack, path: unknown): {readonly person: PersonRecord; readonly view: OpenView} {
	const person = personOf(slack, path);
	return {person, view: viewOf(slack, person, ViewPath.parse(path).view)};
}

function viewOf(slack: Slack, person: PersonRecord, id: string): OpenView {
	const view = slack.views.get(id);
	if (view === undefined || view.person !== person.id) {
		throw new ImpossibleInput(`${person.name} has no modal ${id} open.`);
	}
	return view;
}
