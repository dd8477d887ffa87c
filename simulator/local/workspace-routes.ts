import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import type {Simulation} from '../simulation.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {changed} from '../state/slack.ts';
import type {Slack} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';
import {personIn, personNamed} from './lookup.ts';
import {waitForChange} from './wait-for-change.ts';

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
const GroupPath = z.object({group: z.string()});
const GroupChange = z.object({members: z.array(z.string())});
const ChangesQuery = z.object({after: z.coerce.number(), wait: z.coerce.number()});

/** The workspace and its people, and when something in it changed. */
export function addWorkspaceRoutes(server: FastifyInstance, simulation: Simulation): void {
	const {slack} = simulation;
	server.get('/workspace', async () => describeWorkspace(simulation));
	server.get('/changes', async (request) => waitForChange(slack, ChangesQuery.parse(request.query), simulation.stop));
	server.patch('/people/:person', async (request) => {
		const person = personIn(slack, request.params);
		const change = PersonChange.parse(request.body);
		const next: PersonRecord = {...person};
		Object.assign(next, change);
		slack.people.set(person.id, next);
		changed(slack);
		return next;
	});
	server.patch('/user-groups/:group', async (request) => {
		setGroup(slack, GroupPath.parse(request.params).group, GroupChange.parse(request.body).members);
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
	const ids = members.map((name) => personNamed(slack, name).id);
	slack.userGroups.set(group.id, {...group, members: new Set(ids)});
	changed(slack);
}
