import {isObject, objectField, objectsField, textField} from './json.ts';
import type {JsonObject} from './json.ts';
import type {Subject} from './log.ts';
import {findViewByExternalId} from './state/views.ts';
import type {Slack} from './state/slack.ts';

/** Methods that make or change a message; the others that name one only look at it. */
const changesMessages = /^(chat\.(post|update|delete)|reactions\.(add|remove))/;

/** Methods that make or change a view. */
const changesViews = /^views\./;

/** The messages and views that a call made or changed, or was to change where it was refused. */
export function subjectsOfCall(
	slack: Slack,
	{method, given, answer}: {readonly method: string; readonly given: JsonObject; readonly answer: JsonObject},
): readonly Subject[] {
	if (changesViews.test(method)) return view(viewOfCall(slack, given, answer));
	if (method === 'files.completeUploadExternal') return messagesOfFiles(answer);
	if (!changesMessages.test(method)) return [];
	// A call that was refused has only its arguments, one that posted has only its answer.
	const ts =
		textField(answer, 'message_ts') ??
		textField(answer, 'ts') ??
		textField(given, 'ts') ??
		textField(given, 'timestamp');
	return message(textField(answer, 'channel') ?? textField(given, 'channel'), ts);
}

/** The message or view that a payload is about. */
export function subjectsOfPayload(payload: JsonObject): readonly Subject[] {
	const shown = textField(objectField(payload, 'view'), 'id');
	if (shown !== undefined) return view(shown);
	const event = objectField(payload, 'event');
	if (event !== undefined) return subjectsOfEvent(event);
	const container = objectField(payload, 'container');
	return [
		...message(textField(container, 'channel_id'), textField(container, 'message_ts')),
		...message(textField(objectField(payload, 'channel'), 'id'), textField(payload, 'message_ts')),
	];
}

/** The person whose doing a payload tells of. */
export function personOfPayload(payload: JsonObject): string | undefined {
	return (
		textField(objectField(payload, 'user'), 'id') ??
		textField(payload, 'user_id') ??
		textField(objectField(payload, 'event'), 'user')
	);
}

function subjectsOfEvent(event: JsonObject): readonly Subject[] {
	const item = objectField(event, 'item');
	// An edit and a removal have a ts of their own beside that of their message.
	const changed = textField(objectField(event, 'message'), 'ts') ?? textField(event, 'deleted_ts');
	return [
		...view(textField(objectField(event, 'view'), 'id')),
		...message(textField(event, 'channel'), changed ?? textField(event, 'ts')),
		...message(textField(item, 'channel'), textField(item, 'ts')),
	];
}

function viewOfCall(slack: Slack, given: JsonObject, answer: JsonObject): string | undefined {
	const externalId = textField(given, 'external_id');
	return (
		textField(objectField(answer, 'view'), 'id') ??
		textField(given, 'view_id') ??
		(externalId === undefined ? undefined : findViewByExternalId(slack, externalId)?.id) ??
		slack.homes.get(textField(given, 'user_id') ?? '')?.id
	);
}

/** Where files were shared last. */
function messagesOfFiles(answer: JsonObject): readonly Subject[] {
	const places = objectsField(answer, 'files').flatMap((file) => {
		const shares = objectField(file, 'shares') ?? {};
		return Object.values(shares).flatMap((channels) =>
			isObject(channels)
				? Object.keys(channels).flatMap((channel) =>
						message(channel, textField(objectsField(channels, channel).at(-1), 'ts')),
					)
				: [],
		);
	});
	return [...new Map(places.map((each) => [JSON.stringify(each), each])).values()];
}

function message(channel: string | undefined, ts: string | undefined): readonly Subject[] {
	return channel === undefined || ts === undefined ? [] : [{channel, ts}];
}

function view(id: string | undefined): readonly Subject[] {
	return id === undefined ? [] : [{view: id}];
}
