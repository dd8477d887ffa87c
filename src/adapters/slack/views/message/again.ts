import type {KnownBlock} from '@slack/types';
import {liveApprovals} from '../../../../domain/approval.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {section} from '../../blocks.ts';
import {cut, escape} from '../../limits.ts';

/** After another review: whether the approvals that were given before still count. */
export function againBlocks(record: RequestRecord): readonly KnownBlock[] {
	const text = againText(record);
	return text === null ? [] : [section('again', text)];
}

function againText({request, approvals, rehearsal}: RequestRecord): string | null {
	const {state, reviewDigest, reviewedAt, approvedAt} = request;
	if (reviewDigest === null || reviewedAt === null) return null;
	if (state === 'approved' && approvedAt !== null && reviewedAt > approvedAt) {
		const again = rehearsal == null ? 'reviewed again' : 'rehearsed and reviewed again';
		return `↺ *The approvals stand:* the target changed meanwhile, the script was ${again}, and what was found is what was approved.`;
	}
	const voided = approvals.at(-1)?.voidedBecause ?? null;
	if (state !== 'in-review' || voided === null || liveApprovals(approvals, reviewDigest).length > 0) return null;
	return `↺ *Approvals given before do not count any more:* ${cut(escape(voided), 200)}.`;
}
