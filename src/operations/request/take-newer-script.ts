import type {MigrationRequest, Start} from '../../domain/request.ts';
import type {NewScript, RequestRecord, Transition, Write} from '../ports/record.ts';

export interface NewerScript {
	readonly script: NewScript;
	/** As its guards write it. */
	readonly historyTable: string;
	/** Who sent it. */
	readonly person: string;
	/** What the request is for from now on; null where the script alone was sent. */
	readonly submission: NewerSubmission | null;
}

export interface NewerSubmission {
	readonly version: string;
	readonly summary: string;
	readonly author: string;
	readonly start: Start;
	readonly key: string;
}

export type Roles = Pick<MigrationRequest, 'author' | 'lastEditor' | 'requester'>;

/** The request has these bytes for this version already. */
export function hasAlready({request}: RequestRecord, newer: NewerScript): boolean {
	const version = newer.submission?.version ?? request.version;
	return newer.script.sha256 === request.scriptSha256 && version === request.version;
}

/**
 * Who has to do with the script once the request has taken it. The same bytes change nobody: whoever wrote or sent them
 * could otherwise put another name in their place and approve them.
 */
export function rolesWith({request}: RequestRecord, newer: NewerScript): Roles {
	const {author, lastEditor, requester} = request;
	if (newer.script.sha256 === request.scriptSha256) return {author, lastEditor, requester};
	return {author: newer.submission?.author ?? author, lastEditor: newer.person, requester};
}

/** Takes a newer script in the open request's own place: new bytes void what was decided, the same bytes keep it. */
export function takeNewerScript(
	record: RequestRecord,
	newer: NewerScript,
	now: number,
): Pick<Transition, 'writes'> & {readonly detail: Transition['event']['detail']} {
	const {request} = record;
	const {script, submission} = newer;
	const same = script.sha256 === request.scriptSha256;
	const version = submission?.version ?? request.version;
	const {author, lastEditor} = rolesWith(record, newer);
	return {
		detail: {
			script: script.sha256,
			before: request.scriptSha256,
			...(submission === null ? {} : {version, versionBefore: request.version, author, submission: submission.key}),
		},
		writes: [
			{kind: 'request', set: {hold: null, reason: null}},
			...(submission === null ? [] : renaming(record, newer, submission)),
			...(hasAlready(record, newer) ? [] : [replaced(record, newer.person, now)]),
			...(same ? [] : newBytes(newer, {author, lastEditor}, submission?.start ?? request.start)),
		],
	};
}

function renaming({request}: RequestRecord, {person}: NewerScript, submission: NewerSubmission): readonly Write[] {
	const {version, summary} = submission;
	const payload = {about: 'superseded', person, version, before: request.version};
	return [
		{kind: 'request', set: {version, summary}},
		{kind: 'message', message: {kind: 'line', payload}},
	];
}

function newBytes(
	{script, historyTable}: NewerScript,
	{author, lastEditor}: Pick<Roles, 'author' | 'lastEditor'>,
	start: Start,
): readonly Write[] {
	const undecided = {startDueAt: null, approvedAt: null, reviewedAt: null, remindAt: null} as const;
	return [
		{kind: 'request', set: {...undecided, author, start, historyTable}},
		{kind: 'void-approvals', because: 'new bytes'},
		{kind: 'message', message: {kind: 'script', payload: {sha256: script.sha256}}},
		{kind: 'script', script, editor: lastEditor},
	];
}

function replaced({request, approvals}: RequestRecord, person: string, at: number): Write {
	return {
		kind: 'replaced-script',
		replaced: {
			version: request.version,
			summary: request.summary,
			scriptSha256: request.scriptSha256,
			scriptName: request.scriptName,
			approved: approvals.some(
				({voidedBecause, reviewDigest}) => voidedBecause === null || reviewDigest === request.reviewDigest,
			),
			person,
			at,
		},
	};
}
