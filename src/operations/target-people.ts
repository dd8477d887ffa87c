import {type ApproverPolicy, couldApprove, judgeApprover} from '../domain/approval.ts';
import {outsideWords} from '../domain/outside-words.ts';
import {judgeMember, type Person} from '../domain/person.ts';
import {isRefusal, type Refusal, refuse} from '../domain/refusal.ts';
import type {MigrationRequest} from '../domain/request.ts';
import type {Target} from '../domain/target.ts';
import type {World} from './world.ts';

/** The configured target, or the refusal that names those there are. */
export function findTarget(world: Pick<World, 'settings'>, name: string): Target | Refusal {
	const target = world.settings.targets.get(name);
	if (target !== undefined) return target;
	const known = [...world.settings.targets.keys()].join(', ');
	return refuse(
		'target-unknown',
		`There is no target “${outsideWords(name)}”. Lockstep knows ${known}; lockstep.yaml holds the list.`,
	);
}

/** A fresh look at the person who acts. */
export async function lookUp(world: Pick<World, 'people'>, id: string): Promise<Person | Refusal> {
	const person = await world.people.person(id);
	return person ?? refuse('person-unknown', 'Slack does not know this person any more.');
}

/** A fresh look at the person who acts, who must be a full member to do so. */
export async function lookUpMember(world: Pick<World, 'people'>, id: string, verb: string): Promise<Person | Refusal> {
	const person = await lookUp(world, id);
	if (isRefusal(person)) return person;
	const member = judgeMember(person, verb);
	return member === 'may' ? person : member;
}

export async function idsOf(world: Pick<World, 'people'>, names: readonly string[]): Promise<ReadonlySet<string>> {
	const people = await world.people.members(names);
	return new Set(people.map(({id}) => id));
}

export async function approverPolicy(world: Pick<World, 'people'>, target: Target): Promise<ApproverPolicy> {
	return {
		requesterMayApprove: target.policy.requesterMayApprove,
		approvers: await idsOf(world, target.people.approvers),
	};
}

/** Whether this person may approve this request, by a fresh look at the person and at the target's approvers. */
export async function judgeApproverNow(
	world: Pick<World, 'people'>,
	target: Target,
	request: MigrationRequest,
	personId: string,
): Promise<'may' | Refusal> {
	const person = await lookUp(world, personId);
	if (isRefusal(person)) return person;
	const judged = judgeApprover(person, request, await approverPolicy(world, target));
	return judged === 'may' ? judged : await withWhoMay(world, target, request, judged);
}

/** A refusal helps only who then knows whom to ask. */
async function withWhoMay(
	world: Pick<World, 'people'>,
	target: Target,
	request: MigrationRequest,
	refusal: Refusal,
): Promise<Refusal> {
	const able = await possibleApprovers(world, target, request);
	const who = able.length === 0 ? 'Right now nobody could approve it.' : `${mentionsOf(able)} could approve it.`;
	return refuse(refusal.code, `${refusal.sentence} ${who}`);
}

/** More than this many people are counted. */
const named = 6;

export function mentionsOf(people: readonly Pick<Person, 'id'>[]): string {
	const shown = people.slice(0, named).map(({id}) => `<@${id}>`);
	return people.length > named ? `${shown.join(', ')} and ${people.length - named} more` : shown.join(', ');
}

/** Who could approve this request, looked up now. */
export async function possibleApprovers(
	world: Pick<World, 'people'>,
	target: Target,
	roles: Pick<MigrationRequest, 'author' | 'lastEditor' | 'requester'>,
): Promise<readonly Person[]> {
	const people = await world.people.members(target.people.approvers);
	const approvers = new Set(people.map(({id}) => id));
	return couldApprove(people, roles, {requesterMayApprove: target.policy.requesterMayApprove, approvers});
}

/** Who could waive a blocker of this request, in a sentence. */
export async function whoMayWaive(
	world: Pick<World, 'people'>,
	target: Target,
	request: Pick<MigrationRequest, 'author' | 'lastEditor' | 'requester'>,
): Promise<string> {
	const own = [request.author, request.lastEditor, request.requester];
	const people = await world.people.members(target.people.waivers);
	const able = people.filter((person) => judgeMember(person, 'waive') === 'may' && !own.includes(person.id));
	if (able.length === 0) return `Right now nobody of ${target.name} could waive it; lockstep.yaml names who may.`;
	return `${mentionsOf(able)} could waive it.`;
}

/** The request's own people and the target's: requester, author, last editor, approvers, leads, on-call. */
export async function judgeInvolved(
	world: Pick<World, 'people'>,
	target: Target,
	request: MigrationRequest,
	personId: string,
	verb: string,
): Promise<'may' | Refusal> {
	const person = await lookUpMember(world, personId, verb);
	if (isRefusal(person)) return person;
	if ([request.requester, request.author, request.lastEditor].includes(person.id)) return 'may';
	const {approvers, leads, onCall} = target.people;
	const members = await world.people.members([...approvers, ...leads, ...onCall]);
	if (members.some(({id}) => id === person.id)) return 'may';
	const own = [...new Set([request.requester, request.author, request.lastEditor])].map((id) => `<@${id}>`).join(', ');
	const others = members.filter((member) => judgeMember(member, verb) === 'may');
	return refuse(
		'not-involved',
		`Only the people of this request and of ${target.name} may ${verb}. Ask ${own} (who asked for it or wrote it)${others.length === 0 ? '' : `, or its approvers, leads and on-call: ${mentionsOf(others)}`}.`,
	);
}

export async function judgeLead(
	world: Pick<World, 'people'>,
	target: Target,
	personId: string,
	verb: string,
): Promise<'may' | Refusal> {
	const person = await lookUpMember(world, personId, verb);
	if (isRefusal(person)) return person;
	const leads = (await world.people.members(target.people.leads)).filter((lead) => judgeMember(lead, verb) === 'may');
	if (leads.some(({id}) => id === person.id)) return 'may';
	const who = leads.length === 0 ? 'Right now Slack knows none of them' : `That is ${mentionsOf(leads)}`;
	return refuse('not-a-lead', `Only a lead of ${target.name} may ${verb}. ${who}; lockstep.yaml holds the list.`);
}
