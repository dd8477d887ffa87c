import type {Slack} from '../state/slack.ts';

/** Returns the revision as soon as it is past `after`, or after `wait` milliseconds. */
export async function waitForChange(
	slack: Slack,
	{after, wait}: {readonly after: number; readonly wait: number},
	stop: AbortSignal,
): Promise<{readonly revision: number}> {
	const {changes} = slack;
	if (changes.revision <= after && !stop.aborted) {
		await new Promise<void>((resolve) => {
			const timer = setTimeout(done, Math.min(wait, 30_000));
			changes.listeners.add(done);
			stop.addEventListener('abort', done);
			function done(): void {
				clearTimeout(timer);
				changes.listeners.delete(done);
				stop.removeEventListener('abort', done);
				resolve();
			}
		});
	}
	return {revision: changes.revision};
}
