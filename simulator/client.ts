import type {JsonObject} from './json.ts';
import type {CallEntry, DeliveryEntry} from './log.ts';
import type {MisbehaviourRequest} from './misbehaviour.ts';
import type {DeliveryMode} from './simulation.ts';
import type {PersonRecord, Workspace} from './workspace.ts';
import {connect} from './client/connection.ts';
import type {Connection} from './client/connection.ts';
import {makePerson} from './client/person.ts';
import type {Person} from './client/person.ts';

/** The workspace as it is now. */
type WorkspaceNow = {
	readonly team: Workspace['team'];
	readonly app: Workspace['app'];
	readonly commands: readonly string[];
	readonly scopes: readonly string[];
	readonly revision: number;
	/** Open Socket Mode connections. */
	readonly connections: number;
	readonly people: readonly PersonRecord[];
	readonly channels: readonly {
		readonly id: string;
		readonly name: string;
		readonly kind: string;
		readonly members: readonly string[];
	}[];
	readonly userGroups: readonly {
		readonly id: string;
		readonly handle: string;
		readonly name: string;
		readonly members: readonly string[];
	}[];
};

/** What may be changed about a person. */
type PersonChange = Partial<
	Pick<PersonRecord, 'guest' | 'deactivated' | 'bot' | 'stranger' | 'email' | 'realName' | 'timeZone'>
>;

/** A running simulator, seen from anywhere. */
export type SimulatorClient = {
	readonly url: string;
	/** Acts as a person, by id or name. */
	readonly as: (person: string) => Person;
	readonly misbehave: (how: MisbehaviourRequest) => Promise<void>;
	readonly setPerson: (person: string, change: PersonChange) => Promise<PersonRecord>;
	/** Sets who is in a user group, by id or handle; people by id or name. */
	readonly setUserGroup: (group: string, members: readonly string[]) => Promise<void>;
	readonly setDelivery: (delivery: DeliveryMode) => Promise<void>;
	/** Sends an event of the Events API to the app; it returns before the app has answered. */
	readonly sendEvent: (event: JsonObject) => Promise<void>;
	readonly calls: () => Promise<readonly CallEntry[]>;
	readonly deliveries: () => Promise<readonly DeliveryEntry[]>;
	readonly workspace: () => Promise<WorkspaceNow>;
	/** The channel with this name or id; throws when there is none. */
	readonly channel: (name: string) => Promise<WorkspaceNow['channels'][number]>;
	/** The person with this name or id; throws when there is none. */
	readonly person: (name: string) => Promise<PersonRecord>;
	/** The bytes of any file. */
	readonly fileBytes: (id: string) => Promise<Buffer>;
	/** Waits until the app holds at least so many Socket Mode connections. */
	readonly waitForConnections: (count: number, timeoutMs?: number) => Promise<void>;
};

/** Connects to a simulator by its URL; it may live in another process. */
export function connectToSimulator(url: string): SimulatorClient {
	const connection = connect(url);
	const workspace = (): Promise<WorkspaceNow> => connection.get('/workspace');
	return {
		url,
		as: (person) => makePerson(connection, person),
		misbehave: (how) => connection.send('POST', '/misbehaviours', how),
		setPerson: (person, change) => connection.send('PATCH', `/people/${person}`, change),
		setUserGroup: (group, members) => connection.send('PATCH', `/user-groups/${group}`, {members}),
		setDelivery: (delivery) => connection.send('PUT', '/delivery', delivery),
		sendEvent: (event) => connection.send('POST', '/events', event),
		calls: () => connection.get('/calls'),
		deliveries: () => connection.get('/deliveries'),
		workspace,
		channel: async (name) => named('channel', (await workspace()).channels, name),
		person: async (name) => named('person', (await workspace()).people, name),
		fileBytes: (id) => connection.bytes(`/files/${id}`),
		waitForConnections: (count, timeoutMs = 10_000) => waitForConnections(connection, workspace, count, timeoutMs),
	};
}

function named<T extends {readonly id: string; readonly name: string}>(
	kind: string,
	all: readonly T[],
	name: string,
): T {
	const plain = name.replace(/^[#@]/, '');
	const found = all.find((each) => each.id === name || each.name === plain);
	if (found === undefined) throw new Error(`There is no ${kind} ${name}.`);
	return found;
}

async function waitForConnections(
	connection: Connection,
	workspace: () => Promise<WorkspaceNow>,
	count: number,
	timeoutMs: number,
): Promise<void> {
	await connection.until(`${count} Socket Mode connections`, timeoutMs, async () => {
		const {connections} = await workspace();
		return connections >= count ? true : undefined;
	});
}
