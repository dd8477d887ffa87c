import type {ComponentChild} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import {objectField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {keepFocus} from './focus.ts';
import {Modal} from './modal.tsx';
import {useShell} from './shell-context.ts';

/** The scrim and the top modal. While it is there the rest of the page is inert, but an inspector beside it is not. */
export function ModalLayer({beside}: {readonly beside: boolean}): ComponentChild {
	const {desktop} = useShell();
	const layer = useRef<HTMLDivElement>(null);
	const views = desktop.views.flatMap((each) => withId(each));
	const view = views.at(-1);
	const under = views.at(-2);
	useFocusReturn(view !== undefined);

	useEffect(() => {
		if (view === undefined) return undefined;
		const keep = (event: KeyboardEvent): void => {
			if (event.defaultPrevented || document.querySelector('dialog:modal') !== null) return;
			keepFocus(event, layer.current, document.querySelector<HTMLElement>('.right-pane-over'));
		};
		addEventListener('keydown', keep);
		return () => removeEventListener('keydown', keep);
	}, [view === undefined]);

	// What was beside the modal took the focus with it when it went.
	useEffect(() => {
		if (beside || document.activeElement !== document.body) return;
		layer.current?.querySelector<HTMLElement>('.modal')?.focus();
	}, [beside]);

	if (view === undefined) return null;
	return (
		<div
			ref={layer}
			// The scrim is no place for the focus.
			onPointerDown={(event) => {
				if (event.target === event.currentTarget) event.preventDefault();
			}}
			class={beside ? 'modal-layer modal-layer-beside' : 'modal-layer'}
		>
			<Modal
				key={view.id}
				view={view}
				depth={views.length}
				under={under === undefined ? null : (textField(objectField(under, 'title'), 'text') ?? 'another modal')}
			/>
		</div>
	);
}

/** When the last modal goes, the focus returns to where it was before the first came. */
function useFocusReturn(open: boolean): void {
	const before = useRef<Element | null>(null);
	useEffect(() => {
		const note = (event: FocusEvent): void => {
			const {target} = event;
			if (target instanceof Element && target.closest('.modal-layer, .right-pane-over, [role=menu]') === null) {
				before.current = target;
			}
		};
		addEventListener('focusin', note);
		return () => removeEventListener('focusin', note);
	}, []);
	const was = useRef(false);
	useEffect(() => {
		if (was.current && !open) {
			const there =
				before.current?.isConnected === true ? before.current : document.querySelector('.composer textarea');
			if (there instanceof HTMLElement) there.focus();
		}
		was.current = open;
	}, [open]);
}

function withId(view: Json): readonly (Json & {readonly id: string})[] {
	const id = textField(view, 'id');
	return id === undefined ? [] : [{...view, id}];
}
