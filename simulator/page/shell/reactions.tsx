import {nameToEmoji} from 'gemoji';
import type {ComponentChild} from 'preact';
import type {ShownMessage} from '../client.ts';
import type {MenuItem} from './menu.tsx';
import type {Shell} from './shell-context.ts';
import {useShell} from './shell-context.ts';

const COMMON = ['+1', 'white_check_mark', 'eyes', 'tada', 'rocket', 'heart', 'question', 'x'];

/** The reactions under a message; pressing one adds or takes away one's own. */
export function Reactions({message}: {readonly message: ShownMessage}): ComponentChild {
	const shell = useShell();
	const reactions = message.reactions ?? [];
	if (reactions.length === 0) return null;
	return (
		<div class="reactions">
			{reactions.map(({name, count, mine, people}) => {
				const who = people.map((id) => shell.desktop.people.find((each) => each.id === id)?.realName ?? id);
				return (
					<button
						key={name}
						type="button"
						class="reaction"
						aria-pressed={mine}
						aria-label={`${name}, ${count}: ${who.join(', ')}`}
						title={`${who.join(', ')} reacted with :${name}:`}
						onClick={() => void react(shell, message, name, !mine)}
					>
						<span aria-hidden="true">{signOf(name)}</span> <span aria-hidden="true">{count}</span>
					</button>
				);
			})}
		</div>
	);
}

/** The emoji that are offered for a reaction. */
export function reactionItems(shell: Shell, message: ShownMessage): readonly MenuItem[] {
	return COMMON.map((name) => ({
		name: signOf(name),
		more: name.replaceAll('_', ' '),
		choose: () => {
			const mine = message.reactions?.some((each) => each.name === name && each.mine) ?? false;
			void react(shell, message, name, !mine);
		},
	}));
}

async function react(shell: Shell, message: ShownMessage, name: string, on: boolean): Promise<void> {
	try {
		await shell.client.react(message.channel.id, message.ts, name, on);
	} catch (error) {
		shell.tell(error instanceof Error ? error.message : 'The reaction did not arrive.');
	}
}

function signOf(name: string): string {
	return nameToEmoji[name.replace(/::skin-tone-\d$/, '')] ?? `:${name}:`;
}
