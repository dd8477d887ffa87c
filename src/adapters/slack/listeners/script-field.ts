import {fieldIds} from '../ids.ts';
import {limits} from '../limits.ts';
import type {ScriptUpload} from '../actions.ts';
import type {Desk} from './desk.ts';
import {type Submission, textOf} from './payloads.ts';

/** Field errors by block id, as Slack's ack wants them. */
export type FieldErrors = {readonly [field: string]: string};

/** Where the script comes from; errors tell what the payload alone shows. */
export function scriptErrors(submission: Submission): FieldErrors {
	const file = submission.fields.get(fieldIds.file)?.files?.[0];
	const text = textOf(submission, fieldIds.text);
	if (file === undefined && text === '') return {[fieldIds.file]: 'Upload the script, or paste it below.'};
	if (file !== undefined && text !== '') {
		return {[fieldIds.text]: 'There is a file as well. Give the file or the text, not both.'};
	}
	if (file === undefined) return {};
	if (file.name != null && !/\.sql$/iu.test(file.name)) return {[fieldIds.file]: 'The file’s name must end in .sql.'};
	if (file.size === 0) return {[fieldIds.file]: 'The file is empty.'};
	if ((file.size ?? 0) > limits.fileBytes) return {[fieldIds.file]: 'The file is larger than 10 MB.'};
	return {};
}

/** The script's bytes: the uploaded file's, or the text as UTF-8. */
export async function scriptOf(desk: Desk, submission: Submission): Promise<ScriptUpload> {
	const file = submission.fields.get(fieldIds.file)?.files?.[0];
	if (file !== undefined) return await desk.download(file.id);
	return {name: 'pasted.sql', bytes: Buffer.from(submission.fields.get(fieldIds.text)?.value ?? '')};
}
