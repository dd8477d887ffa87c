import type {ComponentChild} from 'preact';
import {Avatar} from './avatar.tsx';
import {Icon} from './icons.tsx';
import {useShell} from './shell-context.ts';

/** A modal's title, what it lies over, and the buttons to inspect and to close it. */
export function ModalHead({
	titleId,
	title,
	viewId,
	depth,
	under,
	close,
}: {
	readonly titleId: string;
	readonly title: string;
	readonly viewId: string;
	readonly depth: number;
	readonly under: string | null;
	readonly close: () => void;
}): ComponentChild {
	const {desktop, dispatch} = useShell();
	return (
		<div class="modal-head">
			<Avatar small id={desktop.app.id} name={desktop.app.name} app />
			<div class="modal-titles">
				<h2 id={titleId}>{title}</h2>
				{under !== null && (
					<p class="modal-depth">
						Over “{under}” · {depth} of at most 3
					</p>
				)}
			</div>
			<button
				type="button"
				class="icon-button"
				aria-label="Inspect this modal"
				title="Inspect: payload, limits, calls"
				onClick={() =>
					dispatch({kind: 'right', right: {kind: 'inspector', subject: {kind: 'view', id: viewId, title}}})
				}
			>
				<Icon name="inspect" />
			</button>
			<button type="button" class="icon-button" aria-label="Close this modal" title="Close (Esc)" onClick={close}>
				<Icon name="close" />
			</button>
		</div>
	);
}
