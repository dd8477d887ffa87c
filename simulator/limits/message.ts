import {SlackError} from '../api/slack-error.ts';
import {isObject} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {checkBlocks} from './blocks.ts';
import {problemsOnTheWire} from './check.ts';

/** The content of a message before it is posted. */
export type MessageContent = {
	readonly text?: string;
	readonly blocks?: readonly JsonObject[];
	readonly attachments?: readonly JsonObject[];
	readonly metadata?: JsonObject;
};

/** A new message and an edited one have different limits on their text. */
export type MessageLimits = 'post' | 'update';

/** 40,000 characters (Slack: chat.postMessage); an edit takes 4,000 bytes (chat.update, msg_too_long). */
export const textLimits = {post: 40_000, update: 4_000} as const;

/**
 * All blocks together: about 13,200 characters, each block's frame counted as 125
 * (slackapi/bolt-js issue 2509: 13,297 of one markdown block passed, 13,172 with a divider beside it).
 */
export const BLOCKS_LIMIT = 13_422;
const BLOCK_FRAME = 125;

/** At most 100 attachments (Slack: chat.postMessage, too_many_attachments). */
export const ATTACHMENTS_LIMIT = 100;

/** Message metadata holds at most 16 KB (Slack: "Message metadata"). */
export const METADATA_LIMIT = 16 * 1024;

/** Throws the SlackError that Slack answers with where the content breaks a limit. */
export function checkMessage(content: MessageContent, limits: MessageLimits): void {
	const {text, blocks = [], attachments = [], metadata} = content;
	if ((text ?? '') === '' && blocks.length === 0 && attachments.length === 0) {
		throw new SlackError('no_text');
	}
	checkText(text ?? '', limits);
	checkMessageBlocks(blocks);
	if (attachments.length > ATTACHMENTS_LIMIT) throw new SlackError('too_many_attachments');
	for (const attachment of attachments) {
		if (Array.isArray(attachment['blocks'])) checkMessageBlocks(attachment['blocks']);
	}
	if (metadata !== undefined) checkMetadata(metadata);
}

/** The length of a message's blocks as Slack counts it. */
export function lengthOfBlocks(blocks: readonly unknown[]): number {
	return blocks.length * BLOCK_FRAME + lengthOfTexts(blocks);
}

function checkText(text: string, limits: MessageLimits): void {
	const length = limits === 'update' ? Buffer.byteLength(text) : text.length;
	if (length > textLimits[limits]) throw new SlackError('msg_too_long');
}

function checkMessageBlocks(blocks: readonly unknown[]): void {
	const problems = checkBlocks(blocks, 'message');
	if (problems.length > 0) throw new SlackError('invalid_blocks', problemsOnTheWire(problems));
	if (lengthOfBlocks(blocks) > BLOCKS_LIMIT) throw new SlackError('msg_blocks_too_long');
}

function checkMetadata(metadata: JsonObject): void {
	const named = typeof metadata['event_type'] === 'string' && metadata['event_type'] !== '';
	if (!named || !isObject(metadata['event_payload'])) {
		throw new SlackError('invalid_metadata_format');
	}
	if (JSON.stringify(metadata).length > METADATA_LIMIT) throw new SlackError('metadata_too_large');
}

/** The texts of blocks, however deep they lie. */
function lengthOfTexts(value: unknown): number {
	if (Array.isArray(value)) {
		return value.reduce<number>((sum, each) => sum + lengthOfTexts(each), 0);
	}
	if (!isObject(value)) return 0;
	return Object.entries(value).reduce(
		(sum, [name, field]) => sum + (name === 'text' && typeof field === 'string' ? field.length : lengthOfTexts(field)),
		0,
	);
}
