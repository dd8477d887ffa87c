import {SlackError} from '../api/slack-error.ts';
import type {Slack} from './slack.ts';

/** A new trigger_id for what this person just did. */
export function newTrigger(slack: Slack, person: string): string {
	const made = slack.now();
	const id = `${made}.${slack.ids.next('').toLowerCase()}`;
	slack.triggers.set(id, {person, madeAt: made, used: false});
	return id;
}

/**
 * Uses up a trigger_id and returns whose it was. Throws `expired_trigger_id` after its life of 3 s,
 * `exchanged_trigger_id` the second time, `invalid_trigger_id` for one Slack never gave out
 * (Slack: views.open, errors).
 */
export function useTrigger(slack: Slack, id: string): string {
	const trigger = slack.triggers.get(id);
	if (trigger === undefined) throw new SlackError('invalid_trigger_id');
	if (trigger.used) throw new SlackError('exchanged_trigger_id');
	if (slack.now() - trigger.madeAt > slack.timings.triggerLife) {
		throw new SlackError('expired_trigger_id');
	}
	trigger.used = true;
	return trigger.person;
}
