import {randomBytes} from 'node:crypto';
import {Failure} from '../../../operations/ports/failure.ts';
import {escape} from '../limits.ts';
import {slackFailure} from '../slack-failure.ts';
import type {Asker, Desk} from './desk.ts';
import {oneLine, tell} from './tell.ts';

/**
 * The one place on this side where errors are caught: the person gets a sentence with a reference, the log gets the
 * error under the same reference.
 */
export async function guard(
	desk: Desk,
	asker: Asker,
	interaction: string,
	work: () => Promise<void>,
	show?: (sentence: string) => Promise<boolean>,
): Promise<void> {
	try {
		await work();
	} catch (caught) {
		const error = slackFailure(caught, 'a call');
		const reference = randomBytes(4).toString('hex');
		desk.log.error({err: error, reference, interaction, person: asker.person}, 'A Slack interaction failed');
		const sentence = failureSentence(error, reference);
		if (show !== undefined && (await show(sentence))) return;
		await tell(desk, asker, oneLine(`✖ ${sentence}`));
	}
}

/** What a person reads of an error: of a failure its own sentence, of a bug only that there was one. */
function failureSentence(error: unknown, reference: string): string {
	if (error instanceof Failure) return `${adviceOf(error)} (reference ${reference})`;
	return `This did not work because of a mistake in Lockstep. The request’s message shows what is true; tell its maintainers reference ${reference}.`;
}

function adviceOf({code, message}: Failure): string {
	const what = escape(message);
	if (code === 'slack-rate-limited' || code === 'slack-unreachable') {
		return `${what} Look whether it happened, and try again in a minute.`;
	}
	if (code === 'record-unreachable') {
		return `Lockstep’s own database cannot be reached: ${what} Try again in a minute; the request’s message shows what is true.`;
	}
	return what;
}
