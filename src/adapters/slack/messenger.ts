import type {KnownBlock, MessageMetadata} from '@slack/types';
import type {ChatPostMessageArguments} from '@slack/web-api';
import type {Escalation} from '../../domain/escalation.ts';
import type {PendingStatement} from '../../domain/review/review.ts';
import type {Target} from '../../domain/target.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {MessageKind, MessageSlot} from '../../operations/ports/message.ts';
import type {Messenger} from '../../operations/ports/messenger.ts';
import type {ApproverCall, RequestRecord} from '../../operations/ports/record.ts';
import {cutBytes, limits} from './limits.ts';
import {idOfEmail} from './people.ts';
import {findFile, findPost, metadataOf} from './posted.ts';
import type {WebClient} from './slack-client.ts';
import {calling} from './slack-failure.ts';
import {type Upload, uploadInThread} from './upload.ts';
import {callMessage} from './views/thread/call.ts';
import {differenceMessage} from './views/thread/difference.ts';
import {escalationMessage, type EscalationWords} from './views/thread/escalation-message.ts';
import {findingsFile} from './views/thread/findings-file.ts';
import {lineMessage} from './views/line.ts';
import {rehearsalMessage} from './views/message/rehearsal.ts';
import {madeOtherwiseComment, madeOtherwiseFile} from './views/thread/made-otherwise.ts';
import {reminder} from './views/thread/reminder.ts';
import {requestMessage} from './views/message/request-message.ts';
import {
	detailsMessage,
	findingsComment,
	resultMessage,
	scriptComment,
	tablesComment,
} from './views/thread/thread-messages.ts';
import {count, name, type Rendered} from './views/words.ts';

export interface MessengerOptions {
	readonly client: WebClient;
	readonly targets: ReadonlyMap<string, Target>;
	/** The script's bytes by their SHA-256, hex; null where the record has lost them. */
	readonly scriptBytes: (sha256: string) => Promise<Uint8Array | null>;
	/**
	 * The statements of the script with this SHA-256 that take effect in the request's place, out of their guards, in the
	 * order of the file; null where the record has lost the script or nobody can read it.
	 */
	readonly statements: (record: RequestRecord, sha256: string) => Promise<readonly PendingStatement[] | null>;
}

/** Replies that the channel sees as well: a failure must not hide in a thread. */
const loudKinds: readonly MessageKind[] = ['escalation'];

/** Posts, edits and finds again what the record says about a request. */
export function createMessenger(options: MessengerOptions): Messenger {
	const {client} = options;

	async function post(slot: MessageSlot, record: RequestRecord): Promise<string> {
		const upload = await uploadOf(slot, record, options);
		if (upload !== null) return await uploadInThread(client, slot, upload);
		const message = await render(slot, record, options);
		const words = {
			channel: slot.channel,
			text: cutBytes(message.text, limits.messageTextBytes),
			blocks: [...message.blocks],
			metadata: metadataOf(slot),
			unfurl_links: false,
			unfurl_media: false,
		};
		const posted = await calling('a post', () => client.chat.postMessage(inPlace(words, slot)));
		if (posted.ts === undefined) throw new Failure('slack-unreachable', 'Slack took a post and did not say which.');
		return posted.ts;
	}

	async function edit(slot: MessageSlot & {readonly ts: string}, record: RequestRecord): Promise<void> {
		const message = await render(slot, record, options);
		await calling('an edit', () =>
			client.chat.update({
				channel: slot.channel,
				ts: slot.ts,
				text: cutBytes(message.text, limits.messageTextBytes),
				blocks: [...message.blocks],
				metadata: metadataOf(slot),
			}),
		);
	}

	async function find(slot: MessageSlot): Promise<string | null> {
		const fileName = fileNameOf(slot);
		return fileName === null ? await findPost(client, slot) : await findFile(client, slot, fileName);
	}

	return {post, edit, find};
}

function inPlace(
	words: {channel: string; text: string; blocks: KnownBlock[]; metadata: MessageMetadata},
	{threadTs, kind}: MessageSlot,
): ChatPostMessageArguments {
	if (threadTs === null) return words;
	if (loudKinds.includes(kind)) return {...words, thread_ts: threadTs, reply_broadcast: true};
	return {...words, thread_ts: threadTs};
}

async function render(slot: MessageSlot, record: RequestRecord, options: MessengerOptions): Promise<Rendered> {
	const target = targetOf(record, options);
	switch (slot.kind) {
		case 'request':
			return requestMessage(record, target);
		case 'details':
		case 'difference':
			return await takesEffect(slot, record, options);
		case 'call':
			return callMessage(record, callOf(slot, record));
		case 'line':
			return lineMessage(record, slot.payload);
		case 'rehearsal':
			return rehearsalMessage(record);
		case 'result':
			return resultMessage(record, numberIn(slot, 'run'));
		case 'escalation':
			return escalationMessage(await escalationWords(slot, record, target, options.client));
		case 'reminder':
			return reminder(await escalationWords(slot, record, target, options.client));
		case 'script':
		case 'tables':
		case 'findings':
		case 'made-otherwise':
			throw new Error(`${slot.kind} is a file, not a message`);
	}
}

/** The difference from the script that the slot names; the statements themselves where there is none to tell. */
async function takesEffect(slot: MessageSlot, record: RequestRecord, options: MessengerOptions): Promise<Rendered> {
	const {before} = slot.payload;
	const now = await options.statements(record, record.request.scriptSha256);
	const earlier = typeof before === 'string' && now !== null ? await options.statements(record, before) : null;
	if (typeof before !== 'string' || now === null || earlier === null) return detailsMessage(record, now ?? []);
	return differenceMessage(record, {before, earlier, now}) ?? detailsMessage(record, now);
}

/** The call that the slot names, else the newest. */
function callOf(slot: MessageSlot, {request, calls}: RequestRecord): ApproverCall {
	const call = calls[numberIn(slot, 'call') ?? -1] ?? calls.at(-1);
	if (call === undefined) throw new Error(`MR-${request.number} has no call for its approvers to show`);
	return call;
}

/** A request may outlive its target's entry in lockstep.yaml; what it shows then is a mistake of ours to be seen. */
function targetOf(record: RequestRecord, {targets}: MessengerOptions): Target {
	const target = targets.get(record.request.target);
	if (target === undefined) {
		throw new Failure('slack-refused', `lockstep.yaml no longer names the target ${record.request.target}.`);
	}
	return target;
}

async function escalationWords(
	slot: MessageSlot,
	record: RequestRecord,
	target: Target,
	client: WebClient,
): Promise<EscalationWords> {
	const called = [...new Set([...target.people.leads, ...target.people.onCall])];
	const ids: string[] = [];
	for (const who of called) ids.push(await mentionable(client, who));
	return {record, target, escalation: escalationOf(slot, record), called: [...new Set(ids)]};
}

/** An address that Slack does not know, or cannot look up now, still stands there as words: the call goes out. */
async function mentionable(client: WebClient, who: string): Promise<string> {
	if (!who.includes('@')) return who;
	try {
		return (await idOfEmail(client, who)) ?? who;
	} catch (error) {
		if (error instanceof Failure) return who;
		throw error;
	}
}

/** The escalation that the slot names, else the newest. */
function escalationOf(slot: MessageSlot, record: RequestRecord): Escalation {
	const id = numberIn(slot, 'escalation');
	const named = record.escalations.find((escalation) => escalation.id === id);
	const escalation = named ?? record.escalations.at(-1);
	if (escalation === undefined) throw new Error(`MR-${record.request.number} has no escalation to show`);
	return escalation;
}

async function uploadOf(slot: MessageSlot, record: RequestRecord, options: MessengerOptions): Promise<Upload | null> {
	const fileName = fileNameOf(slot);
	if (fileName === null) return null;
	if (slot.kind === 'tables') return {name: fileName, bytes: tableList(record), comment: tablesComment(record)};
	if (slot.kind === 'findings') {
		return {name: fileName, bytes: findingsFile(record), comment: findingsComment(record)};
	}
	if (slot.kind === 'made-otherwise') {
		return {name: fileName, bytes: madeOtherwiseFile(record), comment: madeOtherwiseComment(record)};
	}
	const sha256 = typeof slot.payload['sha256'] === 'string' ? slot.payload['sha256'] : record.request.scriptSha256;
	const bytes = await options.scriptBytes(sha256);
	if (bytes === null) throw new Error(`The record has no script ${sha256}`);
	return {name: fileName, bytes, comment: scriptComment(record, sha256, bytes.byteLength)};
}

/** Every table of the target after the newest run that looked, one a line. */
function tableList(record: RequestRecord): Uint8Array {
	const tables = record.runs.findLast(({report}) => report !== null)?.report?.allTables ?? [];
	return Buffer.from(
		[`-- ${count(tables.length, 'table')} after ${name(record.request.number)}`, ...tables, ''].join('\n'),
	);
}

/** Names the message's row, for an upload carries no metadata by which it could be found again. */
function fileNameOf(slot: MessageSlot): string | null {
	if (slot.kind === 'script') return `MR-${slot.number}-script-${slot.id}.sql`;
	if (slot.kind === 'tables') return `MR-${slot.number}-tables-${slot.id}.txt`;
	if (slot.kind === 'findings') return `MR-${slot.number}-findings-${slot.id}.txt`;
	if (slot.kind === 'made-otherwise') return `MR-${slot.number}-made-otherwise-${slot.id}.diff`;
	return null;
}

function numberIn(slot: MessageSlot, key: string): number | null {
	const value = slot.payload[key];
	return typeof value === 'number' ? value : null;
}
