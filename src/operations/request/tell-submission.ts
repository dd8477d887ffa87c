import type {Person} from '../../domain/person.ts';
import {predicateOf, type Start} from '../../domain/request.ts';
import type {StagePlan} from '../stages/plan-stages.ts';
import type {Linked} from './replace-linked.ts';
import {listed, withTarget} from './request-names.ts';

/** A stage of a submission with the number of its request. */
export interface Submitted extends StagePlan {
	readonly number: number;
}

/** A stage that waits for another target to verify the bytes. */
export interface WaitsForOther {
	readonly number: number;
	readonly target: string;
	readonly before: string;
	/** A request there is on its way with these bytes. */
	readonly asked: boolean;
}

interface Told {
	readonly version: string;
	readonly start: Start;
	readonly submitted: readonly Submitted[];
	readonly linked: readonly Linked[];
	readonly waits: readonly WaitsForOther[];
	/** The queue has heard of it. */
	readonly heard: boolean;
}

/** What a submission did, for the person who made it: every request by its number, and who could approve. */
export function submittedSentence(told: Told): string {
	return [
		openSentence(told),
		...takenSentences(told),
		...told.submitted.flatMap((one) => unchangedSentence(told, one)),
		...startSentence(told),
		...approverSentences(told),
		...told.waits.map(waitSentence),
		...(told.heard
			? []
			: ['The job queue cannot be reached right now: nothing is lost, the review starts as soon as it is back.']),
	]
		.filter((sentence) => sentence !== '')
		.join(' ');
}

function isAlone({submitted, linked}: Told): boolean {
	return submitted.length + linked.length === 1;
}

function nameOf(told: Told, {number, target}: Submitted): string {
	return isAlone(told) ? `MR-${number}` : withTarget({number, target: target.name});
}

function openSentence(told: Told): string {
	const opened = told.submitted.filter((one) => one.outcome === 'opened' || isDeliveredOpening(one));
	if (opened.length === 0) return '';
	return `${listed(opened.map((one) => nameOf(told, one)))} ${opened.length === 1 ? 'is' : 'are'} open.`;
}

/** The same submission came once more while its request is as it was opened. */
function isDeliveredOpening({outcome, record}: Submitted): boolean {
	return outcome === 'delivered' && record?.request.state === 'submitted';
}

function takenSentences(told: Told): readonly string[] {
	const {version, submitted, linked} = told;
	const replaced = submitted.filter(({outcome}) => outcome === 'replaced').map((one) => nameOf(told, one));
	const renamed = submitted.filter(({outcome}) => outcome === 'renamed').map((one) => nameOf(told, one));
	const along = linked.map(({record}) => withTarget(record.request));
	return [
		...(replaced.length === 0
			? []
			: [
					`${listed(replaced)} ${replaced.length === 1 ? 'has' : 'have'} the new script and ${replaced.length === 1 ? 'is' : 'are'} now for ${version}; earlier approvals no longer count, the review runs again.`,
				]),
		...(renamed.length === 0
			? []
			: [
					`${listed(renamed)} had these bytes already and ${renamed.length === 1 ? 'is' : 'are'} now for ${version}; approvals stand, the review runs again.`,
				]),
		...(along.length === 0
			? []
			: [`${listed(along)}, linked with it, ${along.length === 1 ? 'takes' : 'take'} the same script and version.`]),
	];
}

function unchangedSentence(told: Told, one: Submitted): readonly string[] {
	if (one.record === null || (one.outcome !== 'unchanged' && one.outcome !== 'delivered')) return [];
	if (isDeliveredOpening(one)) return [];
	const {request} = one.record;
	const state = predicateOf(request.state);
	return one.outcome === 'unchanged'
		? [`${nameOf(told, one)} already has these bytes for ${request.version} and ${state}.`]
		: [`${nameOf(told, one)} has had this submission already and ${state}.`];
}

/** The start belongs to what people approved: bytes that stay keep theirs. */
function startSentence({submitted, start}: Told): readonly string[] {
	const kept = submitted.some(
		({outcome, record}) =>
			record !== null &&
			(outcome === 'unchanged' || outcome === 'renamed') &&
			!isSameStart(record.request.start, start),
	);
	return kept ? ['When it starts stays as it was chosen before.'] : [];
}

function isSameStart(left: Start, right: Start): boolean {
	if (left.kind === 'at') return right.kind === 'at' && left.at === right.at;
	return left.kind === right.kind;
}

function approverSentences(told: Told): readonly string[] {
	const waiting = told.submitted.filter(
		(one) => ['opened', 'replaced', 'renamed'].includes(one.outcome) || isDeliveredOpening(one),
	);
	const groups = new Map<string, Submitted[]>();
	for (const one of waiting) {
		const who = someOf(one.approvers);
		groups.set(who, [...(groups.get(who) ?? []), one]);
	}
	return [...groups].map(([who, ones]) => {
		if (groups.size > 1) return `${who} could approve ${listed(ones.map((one) => nameOf(told, one)))}.`;
		return `${who} could approve ${ones.length === 1 ? 'it' : 'them'}.`;
	});
}

function someOf(approvers: readonly Person[]): string {
	const names = approvers.map(({name}) => name);
	return names.length > 4 ? `${names.slice(0, 4).join(', ')} and ${names.length - 4} more` : names.join(', ');
}

function waitSentence({number, target, before, asked}: WaitsForOther): string {
	const waits = `${target} takes only bytes that ${before} has verified: MR-${number} waits until a request there has verified these.`;
	return asked ? waits : `${waits} Nobody has requested them on ${before} yet: request it there, too.`;
}
