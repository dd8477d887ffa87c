import {judgeMember, type Person} from '../domain/person.ts';
import type {Target} from '../domain/target.ts';
import {type TargetRoles, waitingKinds, type WaitingFor, waitsSince, whatWaits} from '../domain/waiting.ts';
import {Failure} from './ports/failure.ts';
import type {BoardRows, EndedRequest, MessagePlace, RequestRecord, TargetFigures} from './ports/record.ts';
import type {World} from './world.ts';

/** More open requests than this are counted, not shown. */
const openAtMost = 100;
const endedAtMost = 10;

/** What a person looks at first: theirs before everybody's. */
export interface Board {
	/** What waits for this person, the most urgent and then the longest waiting first. */
	readonly waiting: readonly WaitingItem[];
	readonly running: readonly BoardItem[];
	/** What this person asked for and is still open, apart from what waits for them or runs. */
	readonly asked: readonly BoardItem[];
	/** Ended lately, newest first. */
	readonly recent: readonly RecentItem[];
	/** In the order of their stages: a target follows the one it comes after. */
	readonly targets: readonly BoardTarget[];
	/** A guest, a stranger or somebody unknown: may look and do nothing. */
	readonly readOnly: boolean;
	/** Slack could not tell who has which role now: what waits for this person by a role may be missing. */
	readonly rolesUnknown: boolean;
	/** Open requests beyond those that were looked through. */
	readonly unseen: number;
}

export interface BoardItem {
	readonly record: RequestRecord;
	/** Where the request's message stands; null while it is not posted. */
	readonly message: MessagePlace | null;
}

export interface WaitingItem extends BoardItem {
	readonly what: WaitingFor;
}

export interface RecentItem extends EndedRequest {
	readonly message: MessagePlace | null;
}

export interface BoardTarget extends TargetFigures {
	readonly name: string;
	readonly after: string | null;
}

/** What waits for this person, what runs, what they asked for, what ended and how the targets stand. */
export async function showBoard(world: World, personId: string): Promise<Board> {
	const [rows, looked] = await Promise.all([
		world.record.board({open: openAtMost, ended: endedAtMost}),
		unlessSlackFails(async () => await world.people.person(personId)),
	]);
	const readOnly = looked.kind === 'found' && (looked.value === null || judgeMember(looked.value, 'decide') !== 'may');
	const person = looked.kind === 'found' ? looked.value : unseenMember(personId);
	const roles = readOnly ? nobody : await rolesOf(world, rows);
	const waiting = person === null || readOnly ? [] : waitingItems(rows, person, roles.byTarget);
	const own = new Set(waiting.map(({record}) => record.request.number));
	const others = rows.open.map((record) => itemOf(rows, record));
	const targets = targetsOf(world, rows);
	const open = [...rows.targets.values()].reduce((sum, target) => sum + target.open, 0);
	return {
		waiting,
		running: others.filter(({record}) => record.request.state === 'running'),
		asked: others.filter(
			({record: {request}}) =>
				request.requester === personId && request.state !== 'running' && !own.has(request.number),
		),
		recent: rows.ended.map((line) => ({...line, message: rows.places.get(line.number) ?? null})),
		targets,
		readOnly,
		rolesUnknown: looked.kind === 'failed' || roles.unknown,
		unseen: Math.max(0, open - rows.open.length),
	};
}

function itemOf(rows: BoardRows, record: RequestRecord): BoardItem {
	return {record, message: rows.places.get(record.request.number) ?? null};
}

function waitingItems(
	rows: BoardRows,
	person: Person,
	roles: ReadonlyMap<string, TargetRoles>,
): readonly WaitingItem[] {
	const items = rows.open.flatMap((record) => {
		const target = roles.get(record.request.target);
		const what = target === undefined ? null : whatWaits(person, record, target);
		return what === null ? [] : [{...itemOf(rows, record), what}];
	});
	return items.toSorted(
		(a, b) =>
			waitingKinds.indexOf(a.what) - waitingKinds.indexOf(b.what) ||
			waitsSince(a.what, a.record) - waitsSince(b.what, b.record),
	);
}

type Looked<T> = {readonly kind: 'found'; readonly value: T} | {readonly kind: 'failed'};

/** A board without what only Slack knows is better than none. */
async function unlessSlackFails<T>(look: () => Promise<T>): Promise<Looked<T>> {
	try {
		return {kind: 'found', value: await look()};
	} catch (error) {
		if (error instanceof Failure && error.code.startsWith('slack-')) return {kind: 'failed'};
		throw error;
	}
}

/** Slack cannot be asked: taken for a member, for a board decides nothing. Every button looks the person up again. */
function unseenMember(id: string): Person {
	return {id, name: id, deactivated: false, bot: false, guest: false, stranger: false};
}

interface Roles {
	readonly byTarget: ReadonlyMap<string, TargetRoles>;
	readonly unknown: boolean;
}

const nobody: Roles = {byTarget: new Map(), unknown: false};

/** One look-up for each distinct list of people, and none for a list that no open request asks for. */
async function rolesOf(world: Pick<World, 'people' | 'settings'>, rows: BoardRows): Promise<Roles> {
	const lookUps = new Map<string, Promise<Looked<ReadonlySet<string>>>>();
	let unknown = false;

	async function idsOf(names: readonly string[]): Promise<ReadonlySet<string>> {
		if (names.length === 0) return new Set();
		const key = names.join(' ');
		const lookUp =
			lookUps.get(key) ?? unlessSlackFails(async () => new Set((await world.people.members(names)).map(({id}) => id)));
		lookUps.set(key, lookUp);
		const looked = await lookUp;
		if (looked.kind === 'found') return looked.value;
		unknown = true;
		return new Set();
	}

	async function ofTarget(target: Target): Promise<readonly [string, TargetRoles]> {
		const states = new Set(rows.open.filter(({request}) => request.target === target.name).map(stateOf));
		const lists = listsAskedFor(target, states);
		const [approvers, waivers, leads, onCall] = await Promise.all([
			idsOf(lists.approvers),
			idsOf(lists.waivers),
			idsOf(lists.leads),
			idsOf(lists.onCall),
		]);
		const {requesterMayApprove} = target.policy;
		return [target.name, {approvers, waivers, leads, onCall, requesterMayApprove}];
	}

	const byTarget = new Map(await Promise.all([...world.settings.targets.values()].map(ofTarget)));
	return {byTarget, unknown};
}

function stateOf({request}: RequestRecord): RequestRecord['request']['state'] {
	return request.state;
}

function listsAskedFor(target: Target, states: ReadonlySet<string>): Target['people'] {
	const reviewed = states.has('in-review');
	const failed = states.has('failed');
	return {
		approvers: reviewed ? target.people.approvers : [],
		waivers: reviewed ? target.people.waivers : [],
		leads: failed ? target.people.leads : [],
		onCall: failed ? target.people.onCall : [],
	};
}

/** In the order of the configuration, but each after the one it comes after. */
function targetsOf({settings: {targets}}: Pick<World, 'settings'>, rows: BoardRows): readonly BoardTarget[] {
	const ordered = new Set<Target>();

	function place(target: Target): void {
		const before = target.after === null ? undefined : targets.get(target.after);
		if (before !== undefined && !ordered.has(before)) place(before);
		ordered.add(target);
	}

	for (const target of targets.values()) place(target);
	return [...ordered].map(({name, after}) => ({name, after, ...(rows.targets.get(name) ?? nothingYet)}));
}

const nothingYet: TargetFigures = {open: 0, lastBackupAt: null, lastVerified: null};
