import type {KnownBlock} from '@slack/types';
import {stateWords} from '../../../../domain/request.ts';
import {type Stage, stagePlace} from '../../../../domain/stage.ts';
import {openBlockers} from '../../../../domain/waiver.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {section} from '../../blocks.ts';
import {code, cut, escape, moment} from '../../limits.ts';
import {riskText} from './risk.ts';
import {endedStates, mention, name} from '../words.ts';

/** What changes and where, who asked for it and wrote it, its stage, and what it took the place of. */
export function aboutText(record: RequestRecord): string {
	const {request} = record;
	const what = `*${cut(escape(request.app), 120)} ${cut(escape(request.version), 120)}* → *${cut(escape(request.target), 120)}*`;
	const who =
		request.author === request.requester
			? `Asked for and written by ${mention(request.requester)}`
			: `Asked for by ${mention(request.requester)}, written by ${mention(request.author)}`;
	const editor = request.lastEditor === request.author ? '' : `, last script by ${mention(request.lastEditor)}`;
	const summary = request.summary.trim() === '' ? [] : [cut(escape(request.summary), 600)];
	return [what, ...summary, `${who}${editor}`, ...stageLines(record), ...replacedLines(record)].join('\n');
}

/** Which of several stages it is, and the one before or after it. */
function stageLines({request, stages}: RequestRecord): readonly string[] {
	const stage = stagePlace(request, stages);
	if (stage === null) return [];
	const {place, earlier, later} = stage;
	const target = (one: Stage): string => `${name(one.number)} on ${cut(escape(one.target), 80)}`;
	const words = [
		...(earlier === null ? [] : [`after ${target(earlier)}, ${stateWords[earlier.state]}`]),
		...(later === null ? [] : [`then ${target(later)}`]),
	];
	return [`Stage ${place} of ${stage.count}: ${words.join('; ')}`];
}

/** What the newest script took the place of. */
function replacedLines({request, replaced}: RequestRecord): readonly string[] {
	const last = replaced.at(-1);
	if (last === undefined || endedStates.includes(request.state)) return [];
	const what =
		last.version === request.version
			? `script ${code(last.scriptSha256.slice(0, 12))}`
			: `${cut(escape(last.version), 80)}`;
	return [`In place of ${what}, sent by ${mention(last.person)} ${moment(last.at)}`];
}

/** How risky it is, as long as somebody may still decide about it. */
export function riskBlocks({request, waivers}: RequestRecord): readonly KnownBlock[] {
	const {review, reviewDigest, state} = request;
	if (review === null || reviewDigest === null || endedStates.includes(state)) return [];
	return [section('risk', `*Risk:* ${riskText(review, openBlockers(review, reviewDigest, waivers).length)}`)];
}

/** Why it is held, was sent back or has ended. */
export function reasonBlocks(record: RequestRecord): readonly KnownBlock[] {
	const {reason, state, hold} = record.request;
	const lines: string[] = [];
	if (hold !== null && state === 'submitted') {
		lines.push(`*Held:* ${cut(escape(hold.reason), 600)}`);
	}
	const words = {
		'changes-requested': 'Asked for',
		rejected: 'Why',
		withdrawn: 'Why',
		closed: 'Why',
		verified: 'Why',
		failed: null,
	} as const;
	const word = state in words ? words[state as keyof typeof words] : null;
	if (reason !== null && reason.trim() !== '' && word !== null) lines.push(`*${word}:* ${cut(escape(reason), 1200)}`);
	return lines.length === 0 ? [] : [section('reason', lines.join('\n'))];
}
