import {askedCall} from '../../../../domain/approver-call.ts';
import type {ApproverCall, RequestRecord} from '../../../../operations/ports/record.ts';
import {section} from '../../blocks.ts';
import {cut, escape, moment} from '../../limits.ts';
import {mention, name, type Rendered} from '../words.ts';

/** Those who could approve are pinged: asked by a person, or reminded. */
export function callMessage(record: RequestRecord, call: ApproverCall): Rendered {
	const {number, app, version, target, reviewedAt} = record.request;
	const what = `${name(number)} (${cut(escape(app), 80)} ${cut(escape(version), 80)} → ${cut(escape(target), 80)})`;
	const since = reviewedAt === null ? '' : ` since ${moment(reviewedAt)}`;
	const waits =
		call.person === null
			? `${what} has waited for an approval${since}.`
			: `${what} waits for an approval. ${mention(call.person)} asked.`;
	// Every one of them: who is only counted is not called.
	const called = cut(call.called.map((id) => mention(id)).join(', '), 2000);
	const text = `${called}: ${waits} Look at the message above and approve it there, or request changes.`;
	return {text, blocks: [section('call', text)]};
}

/** Who was called for the review that stands, and when; empty where nobody was. */
export function calledLine({request, calls}: RequestRecord): string {
	const last = calls.findLast(({reviewDigest}) => reviewDigest === request.reviewDigest);
	if (last === undefined) return '';
	const verb = last.kind === 'asked' ? 'Asked' : 'Reminded';
	return `${verb} ${listed(last.called)} ${moment(last.at)}.`;
}

/** More than this many are counted. */
const named = 6;

function listed(ids: readonly string[]): string {
	const shown = ids.slice(0, named).map((id) => cut(mention(id), 100));
	if (ids.length > named) return `${shown.join(', ')} and ${ids.length - named} more`;
	const last = shown.at(-1) ?? 'nobody';
	return shown.length < 2 ? last : `${shown.slice(0, -1).join(', ')} and ${last}`;
}

/** Nobody has asked for an approver in this review yet. */
export function mayAskForApprover({request, calls}: RequestRecord): boolean {
	return askedCall(calls, request.reviewDigest) === undefined;
}
