import {SlackError} from '../api/slack-error.ts';
import type {JsonObject} from '../json.ts';
import {objectsField, textField} from '../json.ts';
import type {Problem} from './check.ts';
import {blocksCheck} from './blocks.ts';
import {checkMessage} from './message.ts';
import type {PayloadKind} from './uses.ts';
import {checkView, viewProblems} from './view.ts';

/** Everything that Slack would refuse in this payload; empty where it would take it. */
export function problemsOf(kind: PayloadKind, payload: JsonObject): readonly Problem[] {
	const viewKind = kind === 'modal' || kind === 'home' ? kind : undefined;
	const found = viewKind === undefined ? blocksProblems(payload) : viewProblems(payload, undefined, viewKind);
	if (found.length > 0) return found;
	// A file needs no words beside it.
	if (kind === 'file' && (payload['text'] ?? '') === '') return [];
	const error = refusal(() => {
		if (viewKind === undefined) checkMessage(contentOf(payload), 'post');
		else checkView(payload, viewKind);
	});
	return error === undefined ? [] : [{message: error.code, pointer: ''}];
}

function blocksProblems(payload: JsonObject): readonly Problem[] {
	const check = blocksCheck('message');
	const attachments = objectsField(payload, 'attachments');
	return [
		...(payload['blocks'] === undefined ? [] : check(payload['blocks'], '/blocks')),
		...attachments.flatMap((each, index) =>
			each['blocks'] === undefined ? [] : check(each['blocks'], `/attachments/${index}/blocks`),
		),
	];
}

function contentOf(payload: JsonObject): Parameters<typeof checkMessage>[0] {
	const metadata = payload['metadata'];
	return {
		text: textField(payload, 'text') ?? '',
		blocks: objectsField(payload, 'blocks'),
		attachments: objectsField(payload, 'attachments'),
		...(metadata === undefined || metadata === null ? {} : {metadata: metadata as JsonObject}),
	};
}

function refusal(check: () => void): SlackError | undefined {
	try {
		check();
		return undefined;
	} catch (error) {
		if (error instanceof SlackError) return error;
		throw error;
	}
}
