import type {Target} from '../../../../domain/target.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {requestMessage} from '../message/request-message.ts';
import type {Rendered} from '../words.ts';

/** `/migrate show MR-n`: the request's message as it is now, with its buttons, for one person. */
export function showMessage(record: RequestRecord, target: Target): Rendered {
	return requestMessage(record, target);
}
