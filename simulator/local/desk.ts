import type {Simulation} from '../simulation.ts';
import {directMessage} from '../state/channels.ts';
import type {Channel, OpenView, Slack} from '../state/slack.ts';
import {viewOnTheWire} from '../state/views.ts';
import type {PersonRecord} from '../workspace.ts';
import type {DeskChannel, Desktop} from './desktop.ts';
import {unreadIn} from './unread.ts';

/** Everything on this person's screen but the messages. */
export function deskOf(simulation: Simulation, person: PersonRecord): Desktop {
	const {slack} = simulation;
	const {id, name, botUserId} = slack.app;
	const {commandDetails, shortcuts, homeTab} = slack.manifest;
	directMessage(slack, [person.id]);
	const home = slack.homes.get(person.id);
	return {
		revision: slack.changes.revision,
		team: slack.team,
		app: {id, name, botUserId, hasHome: homeTab},
		me: person,
		people: [...slack.people.values()],
		userGroups: [...slack.userGroups.values()].map((each) => ({...each, members: [...each.members]})),
		channels: [...slack.channels.values()]
			.filter((each) => each.members.has(person.id))
			.map((each) => deskChannel(slack, each, person)),
		commands: commandDetails,
		shortcuts,
		views: openViews(slack, person).map((each) => viewOnTheWire(slack, each)),
		home: home === undefined ? null : viewOnTheWire(slack, home),
		connections: simulation.connections(),
	};
}

/** The modals in front of a person, the top one last. */
export function openViews(slack: Slack, person: PersonRecord): readonly OpenView[] {
	return (slack.stacks.get(person.id) ?? []).flatMap((id) => slack.views.get(id) ?? []);
}

function deskChannel(slack: Slack, channel: Channel, person: PersonRecord): DeskChannel {
	return {
		id: channel.id,
		name: deskName(slack, channel, person),
		kind: channel.kind,
		members: [...channel.members],
		appIsMember: channel.members.has(slack.app.botUserId),
		...unreadIn(slack, channel, person),
	};
}

function deskName(slack: Slack, channel: Channel, person: PersonRecord): string {
	if (channel.kind === 'public' || channel.kind === 'private') return channel.name;
	const others = [...channel.members].filter((each) => each !== person.id);
	return others.map((each) => slack.people.get(each)?.name ?? each).join(', ');
}
