import type {Person} from '../../simulator/client/person.ts';
import type {ReadMessage} from '../../simulator/people/read.ts';
import {messageAsText, type Names} from '../../simulator/plain-text.ts';
import type {Stage} from '../stage/stage.ts';

/** Prints what people in the channel would read: each message once, and again when its words have changed. */
export interface Conversation {
	/** Says what a person does, in a line. */
	does(who: string, what: string): void;
	/** Prints what is new in the channel since the last call, as this person sees it. */
	catchUp(reader: Person): Promise<void>;
}

export async function followConversation(stage: Stage): Promise<Conversation> {
	const names = await namesOf(stage);
	const printed = new Map<string, string>();

	function print(message: ReadMessage, indent: string): void {
		const lines = messageAsText(message, names);
		const text = lines.join('\n');
		const key = `${message.ephemeral ? 'only you ' : ''}${message.ts}`;
		if (printed.get(key) === text) return;
		const how = message.ephemeral ? ' (only you see this)' : printed.has(key) ? ' (edited)' : '';
		printed.set(key, text);
		console.log(`\n${indent}${message.user.name}${how}`);
		for (const line of lines) console.log(`${indent}  ${line}`);
	}

	return {
		does: (who, what) => console.log(`\n\u2014\u2014 ${who} ${what}`),
		catchUp: async (reader) => {
			for (const message of await reader.read(stage.channel)) {
				print(message, '');
				for (const reply of message.replies) print(reply, '    ');
			}
		},
	};
}

async function namesOf(stage: Stage): Promise<Names> {
	const {people, channels, userGroups} = await stage.slack.workspace();
	return {people, channels, userGroups};
}
