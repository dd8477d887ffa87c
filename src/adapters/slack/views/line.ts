import type {MessageSlot} from '../../../operations/ports/message.ts';
import type {RequestRecord} from '../../../operations/ports/record.ts';
import {section} from '../blocks.ts';
import {code, cut, escape, sentence} from '../limits.ts';
import {mention, name, type Rendered} from './words.ts';

type Payload = MessageSlot['payload'];

/** One sentence in the thread: what was decided, by whom and why, or what a run met. */
export function lineMessage(record: RequestRecord, payload: Payload): Rendered {
	const text = lineText(record, payload);
	return {text, blocks: [section('line', text)]};
}

function lineText(record: RequestRecord, payload: Payload): string {
	const words = (key: string): string => String(payload[key] ?? '').trim();
	const who = mention(words('person'));
	const reason = `“${cut(escape(words('reason')), 1500)}”`;
	const text = cut(
		sentence(words('text'), (id) => knows(record, id)),
		2500,
	);
	switch (words('about')) {
		case 'waiver':
			return `☑ ${who} waived ${code(cut(words('rule'), 80))}: ${reason}`;
		case 'rerun':
			return `↻ ${who} allows a re-run: ${reason}`;
		case 'close':
			return `■ ${who} closed ${name(record.request.number)}: ${reason}`;
		case 'superseded':
			return words('version') === words('before')
				? `⇄ ${who} sent a newer script of ${code(cut(words('version'), 80))}.`
				: `⇄ ${who} sent ${code(cut(words('version'), 80))}, which takes the place of ${code(cut(words('before'), 80))}.`;
		case 'held':
			return `⏸ Not now, nothing was applied: ${text}`;
		case 'moved':
			return `↺ The target changed meanwhile, nothing was applied; ${againWords(record)} again by itself: ${text}`;
		case 'lapsed':
			return `◑ The approval no longer counts, nothing was applied: ${text}`;
		default:
			return text;
	}
}

function againWords({rehearsal}: RequestRecord): string {
	return rehearsal == null ? 'it is reviewed' : 'it is rehearsed and reviewed';
}

/** Only who has to do with the request may be mentioned: a hostile name or reason cannot ping the others. */
function knows(record: RequestRecord, id: string): boolean {
	const {request} = record;
	return [
		request.requester,
		request.author,
		request.lastEditor,
		...record.approvals.map(({person}) => person),
		...record.answers.map(({person}) => person),
		...record.waivers.map(({person}) => person),
		...record.runs.map(({cancelAskedBy}) => cancelAskedBy),
		...record.escalations.map(({acknowledgedBy}) => acknowledgedBy),
	].includes(id);
}
