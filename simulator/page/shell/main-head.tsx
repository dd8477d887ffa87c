import type {ComponentChild, ComponentChildren} from 'preact';
import {Icon} from './icons.tsx';
import {useShell} from './shell-context.ts';

/** The head of the main pane; on a phone its first button leads back to the side bar. */
export function MainHead({children}: {readonly children: ComponentChildren}): ComponentChild {
	const {dispatch} = useShell();
	return (
		<header class="main-head">
			<button
				type="button"
				class="icon-button main-back"
				aria-label="Back to channels"
				onClick={() => dispatch({kind: 'side', open: true})}
			>
				<Icon name="back" />
			</button>
			{children}
		</header>
	);
}
