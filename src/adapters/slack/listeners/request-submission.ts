import {isRefusal} from '../../../domain/refusal.ts';
import type {Start} from '../../../domain/request.ts';
import {chooseTargets} from '../../../domain/stage-chain.ts';
import type {Target} from '../../../domain/target.ts';
import {decodeRequestMemory, fieldIds, type RequestFields} from '../ids.ts';
import {checkingView} from '../views/notice.ts';
import {workWhileChecking} from './checking.ts';
import type {Desk} from './desk.ts';
import {chosenIn, type Submission, textOf} from './payloads.ts';
import {type FieldErrors, scriptErrors, sourcedScript} from './script-field.ts';
import {errors, submitter, type Verdict} from './submission.ts';

/** The form for a new request was submitted. */
export function requestSubmitted(submission: Submission, desk: Desk): Verdict {
	const form = formOf(submission);
	const found = {...fieldErrors(form, desk.actions.targets(), desk.now()), ...scriptErrors(submission, form.source)};
	if (Object.keys(found).length > 0) return errors(found);
	const asker = submitter(submission, form);
	return {
		kind: 'accepted',
		asker,
		view: checkingView('Reading the script and looking at who could approve.'),
		work: () =>
			workWhileChecking(desk, asker, submission, {
				title: 'Requested',
				form,
				work: async () => {
					const script = await sourcedScript(desk, submission, form.source);
					if (isRefusal(script)) return script;
					return await desk.actions.openRequest({
						targets: namesIn(form),
						app: form.app,
						version: form.version,
						summary: form.summary,
						author: form.author === '' ? submission.person : form.author,
						requester: submission.person,
						start: startOf(form),
						script,
						submissionKey: submission.key,
					});
				},
			}),
	};
}

function formOf(submission: Submission): RequestFields {
	const at = submission.fields.get(fieldIds.startAt)?.selected_date_time ?? null;
	const start = chosenIn(submission, fieldIds.start);
	const memory = decodeRequestMemory(submission.metadata);
	return {
		channel: memory?.channel ?? null,
		source: memory?.source ?? null,
		target: chosenIn(submission, fieldIds.target) ?? '',
		app: textOf(submission, fieldIds.app),
		version: textOf(submission, fieldIds.version),
		author: submission.fields.get(fieldIds.author)?.selected_user ?? '',
		summary: textOf(submission, fieldIds.summary),
		start: start === 'at' || start === 'at-once' ? start : 'by-hand',
		startAt: at === null ? null : at * 1000,
	};
}

function fieldErrors(form: RequestFields, targets: readonly Target[], now: number): FieldErrors {
	const found: {[field: string]: string} = {};
	const chosen = form.target === '' ? [] : chooseTargets(namesIn(form), targets);
	if (isRefusal(chosen)) found[fieldIds.target] = withoutCode(chosen.sentence);
	else if (chosen.length === 0) found[fieldIds.target] = 'Choose a target.';
	if (form.app === '') found[fieldIds.app] = 'Name the app.';
	if (form.version === '') found[fieldIds.version] = 'Name the version that needs this migration.';
	if (form.summary === '') found[fieldIds.summary] = 'Say in a sentence what changes.';
	if (form.start === 'at-once' && !isRefusal(chosen)) Object.assign(found, atOnceError(chosen));
	if (form.start === 'at' && form.startAt === null) found[fieldIds.startAt] = 'Choose the time.';
	if (form.start === 'at' && form.startAt !== null && form.startAt <= now) {
		found[fieldIds.startAt] = 'This time is in the past.';
	}
	if (form.start !== 'at' && form.startAt !== null) {
		found[fieldIds.startAt] = 'A time only goes with “At a time, once approved”. Clear it, or choose that.';
	}
	return found;
}

function namesIn({target}: RequestFields): readonly string[] {
	return target.split(',');
}

function atOnceError(chosen: readonly Target[]): FieldErrors {
	const against = chosen.filter(({policy}) => !policy.startAtOnceAllowed).map(({name}) => name);
	if (against.length === 0) return {};
	const who = against.length === 1 ? `${against[0]} does` : `${against.join(' and ')} do`;
	return {[fieldIds.start]: `${who} not allow a start at once. Choose another.`};
}

/** Slack shows a field's error as plain text. */
function withoutCode(sentence: string): string {
	return sentence.replaceAll('`', '');
}

function startOf(form: RequestFields): Start {
	if (form.start === 'at' && form.startAt !== null) return {kind: 'at', at: form.startAt};
	return {kind: form.start === 'at-once' ? 'at-once' : 'by-hand'};
}
