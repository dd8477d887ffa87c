import {type Refusal, refuse} from '../../../domain/refusal.ts';
import {Failure} from '../../../operations/ports/failure.ts';
import type {ScriptUpload} from '../actions.ts';
import {fieldIds, type ScriptSource} from '../ids.ts';
import {limits} from '../limits.ts';
import {slackErrorCode} from '../slack-failure.ts';
import {name} from '../views/words.ts';
import type {Desk} from './desk.ts';
import {type Submission, textOf} from './payloads.ts';

/** Field errors by block id, as Slack's ack wants them. */
export type FieldErrors = {readonly [field: string]: string};

/** Where the script comes from; errors tell what the payload alone shows. With a source nothing needs to be given. */
export function scriptErrors(submission: Submission, source: ScriptSource | null = null): FieldErrors {
	const file = submission.fields.get(fieldIds.file)?.files?.[0];
	const text = textOf(submission, fieldIds.text);
	if (file === undefined && text === '') {
		return source === null ? {[fieldIds.file]: 'Upload the script, or paste it below.'} : {};
	}
	if (file !== undefined && text !== '') {
		return {[fieldIds.text]: 'There is a file as well. Give the file or the text, not both.'};
	}
	if (file === undefined) return {};
	if (file.name != null && !isSql(file.name)) return {[fieldIds.file]: mustBeSql};
	if (file.size === 0) return {[fieldIds.file]: 'The file is empty.'};
	if ((file.size ?? 0) > limits.fileBytes) return {[fieldIds.file]: 'The file is larger than 10 MB.'};
	return {};
}

const mustBeSql = 'The file’s name must end in .sql.';

/** By its name: Slack's own file type follows what a person chose. */
export function isSql(fileName: string): boolean {
	return /\.sql$/iu.test(fileName);
}

/** The script's bytes: the uploaded file's, or the text as UTF-8. */
export async function scriptOf(desk: Desk, submission: Submission): Promise<ScriptUpload> {
	const file = submission.fields.get(fieldIds.file)?.files?.[0];
	if (file !== undefined) return await desk.download(file.id);
	return {name: 'pasted.sql', bytes: Buffer.from(submission.fields.get(fieldIds.text)?.value ?? '')};
}

/** The same, or the source's bytes where the person gave nothing in its place. */
export async function sourcedScript(
	desk: Desk,
	submission: Submission,
	source: ScriptSource | null,
): Promise<ScriptUpload | Refusal> {
	const given =
		submission.fields.get(fieldIds.file)?.files?.[0] !== undefined || textOf(submission, fieldIds.text) !== '';
	if (given || source === null) return await scriptOf(desk, submission);
	return source.kind === 'file' ? await fileOf(desk, source) : await scriptAgain(desk, source.number);
}

type FileSource = Extract<ScriptSource, {kind: 'file'}>;

/** A person may have renamed, emptied or deleted the file since the form was opened. */
async function fileOf(desk: Desk, source: FileSource): Promise<ScriptUpload | Refusal> {
	const file = await visible(source, () => desk.download(source.id));
	if (!isSql(file.name)) return refuse('script-not-sql', `\`${file.name}\` is no script: ${mustBeSql}`);
	if (file.bytes.byteLength === 0) return refuse('script-empty', `\`${file.name}\` is empty.`);
	return file;
}

async function scriptAgain(desk: Desk, number: number): Promise<ScriptUpload | Refusal> {
	const script = await desk.actions.scriptOf(number);
	if (script !== null) return script;
	return refuse('request-unknown', `The record has no script of ${name(number)}. Upload it in the form instead.`);
}

/** What files.info answers for a file that is gone or stands where the app may not look. */
const hidden: ReadonlySet<string> = new Set(['file_not_found', 'file_deleted', 'access_denied', 'not_visible']);

async function visible(source: FileSource, download: () => Promise<ScriptUpload>): Promise<ScriptUpload> {
	try {
		return await download();
	} catch (error) {
		if (!(error instanceof Failure) || !hidden.has(slackErrorCode(error.cause) ?? '')) throw error;
		throw new Failure(
			'slack-refused',
			`Lockstep cannot see ${source.name}: it was deleted, or it stands in a conversation that the app is not in. Upload it in the form instead.`,
			{cause: error},
		);
	}
}
