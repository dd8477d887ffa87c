import type {JsonObject} from '../json.ts';
import {problemsOf} from '../limits/problems.ts';
import {limitsOf} from '../limits/uses.ts';
import type {CallEntry, DeliveryEntry, Log} from '../log.ts';
import type {Message, OpenView} from '../state/slack.ts';
import type {Inspection} from './desktop.ts';

/** What lies behind something on the screen. */
type Inspected =
	| {readonly kind: 'message'; readonly message: Message}
	| {readonly kind: 'modal' | 'home'; readonly view: OpenView};

/** The payload as the app sent it last, the log's entries that concern it, its limits. */
export function inspect(log: Log, inspected: Inspected): Inspection {
	const payload = inspected.kind === 'message' ? contentOf(inspected.message) : inspected.view.payload;
	const kind = inspected.kind === 'message' && inspected.message.visibleTo !== undefined ? 'ephemeral' : inspected.kind;
	return {
		payload,
		calls: log.calls.filter((each) => concerns(each, inspected)),
		deliveries: log.deliveries.filter((each) => concerns(each, inspected)),
		limits: limitsOf(kind, payload),
		problems: problemsOf(kind, payload),
	};
}

function contentOf({text, blocks, attachments, metadata}: Message): JsonObject {
	return {
		text,
		...(blocks.length === 0 ? {} : {blocks}),
		...(attachments.length === 0 ? {} : {attachments}),
		...(metadata === undefined ? {} : {metadata}),
	};
}

/** True where an entry is about what is inspected. */
function concerns({subjects}: CallEntry | DeliveryEntry, inspected: Inspected): boolean {
	return subjects.some((each) =>
		'view' in each
			? inspected.kind !== 'message' && each.view === inspected.view.id
			: inspected.kind === 'message' && each.channel === inspected.message.channel && each.ts === inspected.message.ts,
	);
}
