import {z} from 'zod';
import {messageSeenBy} from '../people/act.ts';
import {directMessage, findChannel} from '../state/channels.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {findPerson} from '../state/people.ts';
import type {Channel, Message, OpenView, Slack} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';

const PersonPath = z.object({person: z.string()});
const ChannelPath = PersonPath.extend({channel: z.string()});
const ViewPath = PersonPath.extend({view: z.string()});

/** A message that a person sees, and where. */
export type SeenMessage = {readonly channel: Channel; readonly message: Message};

// Each of these throws ImpossibleInput, which the server answers with 409 and the sentence.

/** The person that `:person` of a path names, by id or name. */
export function personIn(slack: Slack, path: unknown): PersonRecord {
	return personNamed(slack, PersonPath.parse(path).person);
}

/** The person with this id or name. */
export function personNamed(slack: Slack, name: string): PersonRecord {
	const person = findPerson(slack, name);
	if (person === undefined) throw new ImpossibleInput(`There is nobody called ${name}.`);
	return person;
}

/** The channel that `:channel` of a path names, and the person. */
export function channelIn(slack: Slack, path: unknown): {readonly person: PersonRecord; readonly channel: Channel} {
	const person = personIn(slack, path);
	return {person, channel: channelOf(slack, person, ChannelPath.parse(path).channel)};
}

/** The channel that this person is in; `app` is the direct message with the app. */
export function channelOf(slack: Slack, person: PersonRecord, name: string): Channel {
	const channel = name === 'app' ? directMessage(slack, [person.id]) : findChannel(slack, name);
	if (channel === undefined) throw new ImpossibleInput(`There is no channel ${name}.`);
	if (!channel.members.has(person.id)) throw new ImpossibleInput(`${person.name} is not in ${name}.`);
	return channel;
}

/** A message that this person sees. */
export function messageOf(
	slack: Slack,
	person: PersonRecord,
	place: {readonly channel?: string | undefined; readonly ts?: string | undefined},
): SeenMessage {
	const channel = channelOf(slack, person, place.channel ?? '');
	const message = messageSeenBy(channel, person, place.ts ?? '');
	if (message === undefined) throw new ImpossibleInput(`There is no message ${place.ts ?? ''}.`);
	return {channel, message};
}

/** The modal that `:view` of a path names, and the person in front of whom it is. */
export function viewIn(slack: Slack, path: unknown): {readonly person: PersonRecord; readonly view: OpenView} {
	const person = personIn(slack, path);
	return {person, view: viewOf(slack, person, ViewPath.parse(path).view)};
}

/** A modal in front of this person. */
export function viewOf(slack: Slack, person: PersonRecord, id: string): OpenView {
	const view = slack.views.get(id);
	if (view === undefined || view.person !== person.id) {
		throw new ImpossibleInput(`${person.name} has no modal ${id} open.`);
	}
	return view;
}

/** The app's Home as it was last published to this person. */
export function homeOf(slack: Slack, person: PersonRecord): OpenView {
	const home = slack.homes.get(person.id);
	if (home === undefined) throw new ImpossibleInput(`The app has published no Home to ${person.name}.`);
	return home;
}
