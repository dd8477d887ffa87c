import type {ComponentChild} from 'preact';
import type {IconName} from './icons.tsx';
import {Icon} from './icons.tsx';
import {useShell} from './shell-context.ts';

/** What Slack itself does not have: a look at the app from behind. */
export function SideTools(): ComponentChild {
	const {dispatch} = useShell();
	const inspect = (kind: 'log' | 'switches'): void =>
		dispatch({kind: 'right', right: {kind: 'inspector', subject: {kind}}});
	return (
		<>
			<h2>Behind the scenes</h2>
			<ul>
				<li>
					<Tool icon="log" name="Call log" open={() => inspect('log')} />
				</li>
				<li>
					<Tool icon="storm" name="Make Slack misbehave" open={() => inspect('switches')} />
				</li>
				<li>
					<Page icon="eye" name="Gallery of messages" address="/gallery" />
				</li>
				<li>
					<Page icon="list" name="Sample of all elements" address="/sample" />
				</li>
			</ul>
		</>
	);
}

function Tool({
	icon,
	name,
	open,
}: {
	readonly icon: IconName;
	readonly name: string;
	readonly open: () => void;
}): ComponentChild {
	return (
		<button type="button" class="side-link" onClick={open}>
			<Icon name={icon} />
			<span class="side-name">{name}</span>
		</button>
	);
}

function Page({
	icon,
	name,
	address,
}: {
	readonly icon: IconName;
	readonly name: string;
	readonly address: string;
}): ComponentChild {
	return (
		<a class="side-link" href={address} target="_blank" rel="noreferrer">
			<Icon name={icon} />
			<span class="side-name">
				{name}
				<span class="unseen"> (opens in a new tab)</span>
			</span>
		</a>
	);
}
