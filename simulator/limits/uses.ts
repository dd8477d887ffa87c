import {isObject, objectField, objectsField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {blocksCheck} from './blocks.ts';
import type {Sight, Use} from './check.ts';
import {ATTACHMENTS_LIMIT, BLOCKS_LIMIT, lengthOfBlocks, METADATA_LIMIT, textLimits} from './message.ts';
import {nameOfUse} from './use-names.ts';
import {VIEW_LIMIT, viewProblems} from './view.ts';

/** What an app sends: text and blocks (`file`: text beside files), or a view. */
export type PayloadKind = 'message' | 'ephemeral' | 'modal' | 'home' | 'file';

/** One figure against Slack's limit for it; of several the one that comes nearest. */
export type LimitUse = {readonly name: string; readonly used: number; readonly limit: number};

/**
 * How much of each of Slack's limits a payload takes up: first what counts for the whole, then what its parts hold, in
 * the order in which they come. Limits of things that are not there are left out.
 */
export function limitsOf(kind: PayloadKind, payload: JsonObject): readonly LimitUse[] {
	const whole = kind === 'modal' || kind === 'home' ? wholeView(payload) : wholeMessage(kind, payload);
	return [
		...whole,
		...nearest(usesIn(kind, payload).map((use) => ({...use, name: nameOfUse(use.pointer, use.of, payload)}))),
	];
}

function wholeView(view: JsonObject): readonly LimitUse[] {
	return [{name: 'Characters of the whole view', used: JSON.stringify(view).length, limit: VIEW_LIMIT}];
}

function wholeMessage(kind: PayloadKind, message: JsonObject): readonly LimitUse[] {
	const text = textField(message, 'text') ?? '';
	const metadata = objectField(message, 'metadata');
	const attachments = objectsField(message, 'attachments');
	const blocks = [message, ...attachments]
		.map((each) => objectsField(each, 'blocks'))
		.filter((each) => each.length > 0);
	return [
		...nearest(
			blocks.map((each) => ({name: 'All blocks, characters', used: lengthOfBlocks(each), limit: BLOCKS_LIMIT})),
		),
		{name: 'Text when posted, characters', used: text.length, limit: textLimits.post},
		// Only what everyone sees can be edited with chat.update.
		...(kind === 'message'
			? [{name: 'Text when edited, bytes', used: Buffer.byteLength(text), limit: textLimits.update}]
			: []),
		...(attachments.length === 0 ? [] : [{name: 'Attachments', used: attachments.length, limit: ATTACHMENTS_LIMIT}]),
		...(metadata === undefined
			? []
			: [{name: 'Metadata, characters', used: JSON.stringify(metadata).length, limit: METADATA_LIMIT}]),
	];
}

/** Every limit that the checks come across. */
function usesIn(kind: PayloadKind, payload: JsonObject): readonly Use[] {
	const uses: Use[] = [];
	const sight: Sight = (use) => uses.push(use);
	if (kind === 'modal' || kind === 'home') {
		viewProblems(payload, sight, kind);
		return uses;
	}
	const check = blocksCheck('message');
	if (Array.isArray(payload['blocks'])) check(payload['blocks'], '/blocks', sight);
	for (const [index, attachment] of Object.entries(attachmentsOf(payload))) {
		if (isObject(attachment) && Array.isArray(attachment['blocks'])) {
			check(attachment['blocks'], `/attachments/${index}/blocks`, sight);
		}
	}
	return uses;
}

function attachmentsOf(payload: JsonObject): readonly unknown[] {
	return Array.isArray(payload['attachments']) ? payload['attachments'] : [];
}

/** Of uses with the same name, the one nearest to its limit. */
function nearest(uses: readonly LimitUse[]): readonly LimitUse[] {
	const found = new Map<string, LimitUse>();
	for (const {name, used, limit} of uses) {
		const known = found.get(name);
		if (known === undefined || used / limit > known.used / known.limit) found.set(name, {name, used, limit});
	}
	return [...found.values()];
}
