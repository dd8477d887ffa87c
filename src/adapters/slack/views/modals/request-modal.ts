import type {InputBlock, KnownBlock, ModalView, PlainTextOption} from '@slack/types';
import type {Target} from '../../../../domain/target.ts';
import {input, modal, option, section} from '../../blocks.ts';
import {callbackIds, encode, fieldIds, type RequestFields, type ScriptSource, valueAction} from '../../ids.ts';
import {code, limits} from '../../limits.ts';
import {targetInput} from './target-input.ts';
import {name} from '../words.ts';

const startOptions = {
	'by-hand': option('A person clicks “Run now” after approval', 'by-hand'),
	at: option('At a time, once approved', 'at'),
	'at-once': option('At once after approval', 'at-once'),
} as const;

/** The form for a new request; `fields` is what stands in it already. */
export function requestModal(targets: readonly Target[], fields: RequestFields): ModalView {
	return modal({
		callback: callbackIds.request,
		title: 'Request a migration',
		submit: 'Request',
		close: 'Cancel',
		metadata: encode({channel: fields.channel, source: fields.source}),
		blocks: [
			targetInput(targets, fields.target),
			...sourcedInputs(fields.source),
			textInput(fieldIds.app, 'App', fields.app, 'The app whose DbContext this is, such as shop.', 80),
			textInput(
				fieldIds.version,
				'Version',
				fields.version,
				'The version that needs this migration, such as 2.4.0.',
				80,
			),
			authorInput(fields.author),
			summaryInput(fields.summary),
			startInput(targets, fields.start),
			startAtInput(fields.startAt),
		],
	});
}

/** Which script it is where none needs to be uploaded, then the inputs by which another takes its place. */
function sourcedInputs(source: ScriptSource | null): readonly KnownBlock[] {
	if (source === null) return scriptInputs();
	return [
		section('script-source', `*Script:* ${sourceWords(source)}`),
		...scriptInputs({file: 'Another file instead (.sql)', text: '… or another script as text'}),
	];
}

function sourceWords(source: ScriptSource): string {
	const file = code(source.name);
	if (source.kind === 'again') return `the one of ${name(source.number)}, ${file}`;
	return (source.of ?? 1) > 1
		? `${file}, the first of the ${source.of} .sql files in the message`
		: `${file}, the file from the message`;
}

/** The script's two inputs: a file, or pasted text up to Slack's limit of a text input. */
function scriptInputs(labels = {file: 'Script file (.sql)', text: '… or the script as text'}): readonly InputBlock[] {
	return [
		input(
			fieldIds.file,
			labels.file,
			{type: 'file_input', action_id: valueAction, filetypes: ['sql'], max_files: 1},
			{
				optional: true,
				hint: 'The file, or its text below. Made with: dotnet ef migrations script --idempotent -o migration.sql',
			},
		),
		input(
			fieldIds.text,
			labels.text,
			{type: 'plain_text_input', action_id: valueAction, multiline: true, max_length: limits.inputText},
			{optional: true, hint: 'Up to 3,000 characters; upload a file for more.'},
		),
	];
}

export function newScriptModal(title: string, intro: string, metadata: string): ModalView {
	return modal({
		callback: callbackIds.newScript,
		title,
		submit: 'Send',
		close: 'Cancel',
		metadata,
		blocks: [section('new-script', intro), ...scriptInputs()],
	});
}

function textInput(id: string, label: string, initial: string, hint: string, max: number): InputBlock {
	const element = {
		type: 'plain_text_input',
		action_id: valueAction,
		max_length: max,
		...(initial === '' ? {} : {initial_value: initial.slice(0, max)}),
	} as const;
	return input(id, label, element, {hint});
}

function authorInput(author: string): InputBlock {
	const element = {
		type: 'users_select',
		action_id: valueAction,
		...(author === '' ? {} : {initial_user: author}),
	} as const;
	return input(fieldIds.author, 'Who wrote it', element, {hint: 'The author cannot approve it.'});
}

function summaryInput(summary: string): InputBlock {
	const element = {
		type: 'plain_text_input',
		action_id: valueAction,
		multiline: true,
		max_length: 500,
		...(summary === '' ? {} : {initial_value: summary.slice(0, 500)}),
	} as const;
	return input(fieldIds.summary, 'Summary', element, {hint: 'What changes, in a sentence or two.'});
}

function startInput(targets: readonly Target[], chosen: RequestFields['start']): InputBlock {
	const atOnce = targets.some(({policy}) => policy.startAtOnceAllowed);
	const options: PlainTextOption[] = [
		startOptions['by-hand'],
		startOptions.at,
		...(atOnce ? [startOptions['at-once']] : []),
	];
	const initial = options.find(({value}) => value === chosen) ?? startOptions['by-hand'];
	return input(fieldIds.start, 'When', {
		type: 'radio_buttons',
		action_id: valueAction,
		options,
		initial_option: initial,
	});
}

function startAtInput(at: number | null): InputBlock {
	const element = {
		type: 'datetimepicker',
		action_id: valueAction,
		...(at === null ? {} : {initial_date_time: Math.floor(at / 1000)}),
	} as const;
	return input(fieldIds.startAt, 'Time', element, {optional: true, hint: 'Only for “At a time”.'});
}
