import type {JsonObject} from '../json.ts';

/** A call that Slack answers with `ok: false`; `code` is the `error` of the answer. */
export class SlackError extends Error {
	readonly code: string;
	readonly more: JsonObject;

	constructor(code: string, more: JsonObject = {}) {
		super(code);
		this.name = 'SlackError';
		this.code = code;
		this.more = more;
	}
}
