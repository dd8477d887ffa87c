import type {ComponentChild} from 'preact';
import {Avatar} from './avatar.tsx';
import {Icon} from './icons.tsx';
import {MenuButton} from './menu.tsx';
import {flagsOf} from './people-panes.tsx';
import {addressAs} from './place.ts';
import {useShell} from './shell-context.ts';
import {ThemeSwitch} from './theme-switch.tsx';

/** Who one is, and how to become somebody else. */
export function SideFoot(): ComponentChild {
	const {desktop, dispatch} = useShell();
	const {me} = desktop;
	const others = desktop.people.filter((each) => !each.bot && each.id !== me.id);
	const itemsTo = (
		choose: (address: string) => void,
	): ReturnType<typeof others.map<{name: string; more: string; choose: () => void}>> =>
		others.map((person) => ({
			name: person.realName,
			more: [`@${person.name}`, ...flagsOf(person)].join(', '),
			choose: () => choose(addressAs(person.name, location)),
		}));
	return (
		<footer class="side-foot">
			<button
				type="button"
				class="side-me"
				onClick={() => dispatch({kind: 'right', right: {kind: 'person', id: me.id}})}
			>
				<Avatar small id={me.id} name={me.realName} app={false} />
				<span class="side-name">
					{me.realName}
					<small>{flagsOf(me).join(', ') || `@${me.name}`}</small>
					<span class="unseen">, your profile</span>
				</span>
			</button>
			<MenuButton className="icon-button" label="Switch person" items={itemsTo((address) => location.assign(address))}>
				<Icon name="people" />
			</MenuButton>
			<MenuButton
				className="icon-button"
				label="Open another person in a new tab"
				items={itemsTo((address) => window.open(address, '_blank', 'noopener'))}
			>
				<Icon name="window" />
			</MenuButton>
			<ThemeSwitch />
		</footer>
	);
}
