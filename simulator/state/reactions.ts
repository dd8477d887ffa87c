import {SlackError} from '../api/slack-error.ts';
import type {JsonObject} from '../json.ts';
import {changed} from './slack.ts';
import type {Message, Slack} from './slack.ts';

/** A message takes 50 different emoji (Slack: reactions.add, too_many_emoji; the number is the product's own). */
const EMOJI_LIMIT = 50;

/** Of one person, 23 (Slack: reactions.add, too_many_reactions; the number is the product's own). */
const PERSON_LIMIT = 23;

/**
 * What an emoji's name looks like, with a skin tone if it has one. Which names there are the
 * simulator does not know: a workspace adds its own.
 */
const namePattern = /^[\p{L}\d_+'-]+(::skin-tone-[2-6])?$/u;

/** Who reacts to what with what; the emoji's name has no colons. */
export type Reacting = {readonly message: Message; readonly user: string; readonly name: string};

/**
 * Puts an emoji under a message. Throws `invalid_name`, `already_reacted`, `too_many_emoji`,
 * `too_many_reactions` (Slack: reactions.add, errors).
 */
export function addReaction(slack: Slack, {message, user, name}: Reacting): void {
	checkName(name);
	const known = message.reactions.find((each) => each.name === name);
	if (known?.users.includes(user) === true) throw new SlackError('already_reacted');
	if (known === undefined && message.reactions.length >= EMOJI_LIMIT) throw new SlackError('too_many_emoji');
	if (message.reactions.filter((each) => each.users.includes(user)).length >= PERSON_LIMIT) {
		throw new SlackError('too_many_reactions');
	}
	message.reactions =
		known === undefined
			? [...message.reactions, {name, users: [user]}]
			: message.reactions.map((each) => (each === known ? {name, users: [...each.users, user]} : each));
	changed(slack);
}

/** Takes an emoji away; throws `invalid_name`, `no_reaction` (Slack: reactions.remove, errors). */
export function removeReaction(slack: Slack, {message, user, name}: Reacting): void {
	checkName(name);
	const known = message.reactions.find((each) => each.name === name);
	if (known === undefined || !known.users.includes(user)) throw new SlackError('no_reaction');
	message.reactions = message.reactions
		.map((each) => (each === known ? {name, users: each.users.filter((one) => one !== user)} : each))
		.filter((each) => each.users.length > 0);
	changed(slack);
}

/** The `reactions` of a message object; nothing where there are none. */
export function reactionsOnTheWire({reactions}: Message): JsonObject {
	if (reactions.length === 0) return {};
	return {reactions: reactions.map(({name, users}) => ({name, users, count: users.length}))};
}

/** The event that tells of it (Slack: reaction_added, reaction_removed). */
export function reactionEvent(kind: 'added' | 'removed', {message, user, name}: Reacting): JsonObject {
	return {
		type: `reaction_${kind}`,
		user,
		reaction: name,
		item_user: message.user,
		item: {type: 'message', channel: message.channel, ts: message.ts},
	};
}

/** True when the app asked for such events and is where the message is. */
export function appHearsReactions(slack: Slack, kind: 'added' | 'removed', message: Message): boolean {
	const joined = slack.channels.get(message.channel)?.members.has(slack.app.botUserId) === true;
	return joined && slack.manifest.events.includes(`reaction_${kind}`);
}

function checkName(name: string): void {
	if (name.length > 100 || !namePattern.test(name)) throw new SlackError('invalid_name');
}
