import {setTimeout as sleep} from 'node:timers/promises';
import type {JsonObject} from '../json.ts';
import type {Simulation} from '../simulation.ts';
import type {Acknowledgement} from './parcel.ts';

/** Sends an event of the Events API, again at once, after 1 and after 5 minutes while it goes unanswered. */
export async function sendEvent(simulation: Simulation, event: JsonObject, stop: AbortSignal): Promise<void> {
	const payload = eventPayload(simulation, event);
	const waits = [0, ...simulation.slack.timings.eventRetries];
	let reason = '';
	for (const [attempt, wait] of waits.entries()) {
		if (!(await waited(wait, stop))) return;
		const acknowledgement = await simulation.deliver({
			type: 'events_api',
			payload,
			takesAnswer: false,
			...(attempt === 0 ? {} : {retry: {attempt, reason}}),
		});
		if (acknowledgement.kind === 'acknowledged') return;
		reason = retryReason(acknowledgement);
	}
}

function eventPayload({slack}: Simulation, event: JsonObject): JsonObject {
	const now = Math.floor(slack.now() / 1000);
	return {
		token: 'simulated',
		team_id: slack.team.id,
		context_team_id: slack.team.id,
		context_enterprise_id: null,
		api_app_id: slack.app.id,
		event: {...event, event_ts: slack.ids.timestamp()},
		type: 'event_callback',
		event_id: slack.ids.next('Ev'),
		event_time: now,
		authorizations: [
			{
				enterprise_id: null,
				team_id: slack.team.id,
				user_id: slack.app.botUserId,
				is_bot: true,
				is_enterprise_install: false,
			},
		],
		is_ext_shared_channel: false,
	};
}

async function waited(milliseconds: number, stop: AbortSignal): Promise<boolean> {
	if (stop.aborted) return false;
	if (milliseconds === 0) return true;
	return sleep(milliseconds, true, {signal: stop}).catch(() => false);
}

function retryReason(acknowledgement: Acknowledgement): string {
	if (acknowledgement.kind === 'timeout') return 'timeout';
	if (acknowledgement.kind === 'acknowledged') return '';
	return acknowledgement.reason.startsWith('http_') ? 'http_error' : 'connection_failed';
}
