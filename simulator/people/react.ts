import {SlackError} from '../api/slack-error.ts';
import {sendEvent} from '../delivery/events.ts';
import type {Simulation} from '../simulation.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {addReaction, appHearsReactions, reactionEvent, removeReaction} from '../state/reactions.ts';
import type {Message} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';

/** A person puts an emoji under a message (`on`) or takes theirs away. */
export type PersonReacting = {
	readonly person: PersonRecord;
	readonly message: Message;
	/** Without colons, such as `tada`. */
	readonly name: string;
	readonly on: boolean;
};

/** The app hears of it where it asked to and is a member. Throws ImpossibleInput. */
export function react(simulation: Simulation, {person, message, name, on}: PersonReacting): void {
	const {slack} = simulation;
	if (message.visibleTo !== undefined) {
		throw new ImpossibleInput('Nobody reacts to a message that only one person sees.');
	}
	const reacting = {message, user: person.id, name};
	try {
		if (on) addReaction(slack, reacting);
		else removeReaction(slack, reacting);
	} catch (error) {
		if (!(error instanceof SlackError)) throw error;
		throw new ImpossibleInput(`The reaction was refused: ${error.code}.`, {cause: error});
	}
	const kind = on ? 'added' : 'removed';
	if (!appHearsReactions(slack, kind, message)) return;
	void sendEvent(simulation, reactionEvent(kind, reacting), simulation.stop);
}
