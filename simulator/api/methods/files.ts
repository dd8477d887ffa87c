import {objectsField, textField} from '../../json.ts';
import type {JsonObject} from '../../json.ts';
import {checkMessage} from '../../limits/message.ts';
import {announceFile, appMayRead, fileOnTheWire} from '../../state/files.ts';
import {findMessage, post} from '../../state/messages.ts';
import {changed} from '../../state/slack.ts';
import type {Slack, SlackFile} from '../../state/slack.ts';
import {idsArgument, jsonArgument, objectsArgument, requiredText, textArgument} from '../arguments.ts';
import type {Arguments} from '../arguments.ts';
import {channelToPostIn} from '../conversation.ts';
import {botMethod, tiers} from '../method.ts';
import type {Method, MethodCall} from '../method.ts';
import {SlackError} from '../slack-error.ts';

export const fileMethods: Readonly<Record<string, Method>> = {
	'files.getUploadURLExternal': botMethod(['files:write'], tiers.four, getUploadUrl),
	'files.completeUploadExternal': botMethod(['files:write'], tiers.four, completeUpload),
	'files.info': botMethod(['files:read'], tiers.four, info),
	// Retired in 2025 (Slack: files.upload).
	'files.upload': botMethod(['files:write'], tiers.two, () => {
		throw new SlackError('method_deprecated');
	}),
};

function getUploadUrl({slack, given}: MethodCall): JsonObject {
	const name = requiredText(given, 'filename');
	const length = Number(requiredText(given, 'length'));
	if (!Number.isInteger(length) || length <= 0) throw new SlackError('invalid_arguments');
	const file = announceFile(slack, {name, length, owner: slack.app.botUserId});
	return {upload_url: `${slack.address.url}/upload/v1/${file.id}`, file_id: file.id};
}

function completeUpload({slack, given}: MethodCall): JsonObject {
	const wanted = objectsField({files: jsonArgument(given, 'files')}, 'files');
	if (wanted.length === 0) throw new SlackError('invalid_arguments');
	const files = wanted.map((each) => uploadedFile(slack, each));
	const channelIds = [...idsArgument(given, 'channel_id'), ...idsArgument(given, 'channels')];
	const channels = channelIds.map((id) => channelToPostIn(slack, id));
	for (const [index, file] of files.entries()) {
		file.title = textField(wanted[index], 'title') ?? file.name;
		file.complete = true;
	}
	for (const channel of channels) share(slack, given, channel.id, files);
	changed(slack);
	return {files: files.map((each) => fileOnTheWire(slack, each))};
}

function share(slack: Slack, given: Arguments, channelId: string, files: readonly SlackFile[]): void {
	const channel = channelToPostIn(slack, channelId);
	const text = textArgument(given, 'initial_comment') ?? '';
	const blocks = objectsArgument(given, 'blocks', 'invalid_blocks_format') ?? [];
	checkMessage({text: text === '' ? ' ' : text, blocks}, 'post');
	const asked = textArgument(given, 'thread_ts');
	const parent = asked === undefined ? undefined : findMessage(channel, asked);
	if (asked !== undefined && parent === undefined) throw new SlackError('invalid_thread_ts');
	const threadTs = parent?.threadTs ?? parent?.ts;
	const place = threadTs === undefined ? {} : {threadTs};
	const message = post(slack, {
		channel,
		user: slack.app.botUserId,
		byApp: true,
		text,
		blocks,
		files,
		...place,
	});
	for (const file of files) file.shares.push({channel: channel.id, ts: message.ts, ...place});
}

function info({slack, given}: MethodCall): JsonObject {
	const file = slack.files.get(requiredText(given, 'file'));
	if (file === undefined || !file.complete || !appMayRead(slack, file)) {
		throw new SlackError('file_not_found');
	}
	return {
		file: fileOnTheWire(slack, file),
		comments: [],
		response_metadata: {next_cursor: ''},
	};
}

function uploadedFile(slack: Slack, wanted: JsonObject): SlackFile {
	const file = slack.files.get(textField(wanted, 'id') ?? '');
	if (file === undefined || file.bytes === undefined || file.complete) {
		throw new SlackError('file_not_found');
	}
	return file;
}
