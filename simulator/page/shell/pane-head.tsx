import type {ComponentChild} from 'preact';
import {Icon} from './icons.tsx';
import {useShell} from './shell-context.ts';

/** The head of the pane at the right, with the button that shuts it. */
export function PaneHead({title, more}: {readonly title: string; readonly more?: string}): ComponentChild {
	const {dispatch} = useShell();
	return (
		<header class="pane-head">
			<button
				type="button"
				class="icon-button pane-back"
				aria-label="Back"
				onClick={() => dispatch({kind: 'right', right: null})}
			>
				<Icon name="back" />
			</button>
			<h2>
				{title} {more !== undefined && <small>{more}</small>}
			</h2>
			<button
				type="button"
				class="icon-button pane-close"
				aria-label={`Close ${title.toLowerCase()}`}
				onClick={() => dispatch({kind: 'right', right: null})}
			>
				<Icon name="close" />
			</button>
		</header>
	);
}
