import type {Target} from '../../../domain/target.ts';
import type {RequestRecord, RunGround} from '../../ports/record.ts';

/** Why a change cannot be compared with a rehearsed one; null where it can. */
export function weakness(
	{rehearsal: asked}: Pick<Target, 'rehearsal'>,
	{rehearsal}: Pick<RequestRecord, 'rehearsal'>,
	before: RunGround | null,
): string | null {
	if (before !== null && before.rehearsed !== null) return null;
	if (!asked.enabled) return 'this target asks for no rehearsal, so nothing was rehearsed to compare with';
	switch (rehearsal?.rehearsal.kind) {
		case undefined:
		case 'impossible':
			return 'nothing was rehearsed to compare with';
		case 'failed':
			return 'the rehearsal stopped before its end, so there is nothing to compare with';
		case 'passed':
		case 'not-idempotent':
			return 'what the rehearsal stood on was not kept, so neither its base nor the change could be compared';
	}
}
