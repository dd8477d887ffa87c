import type {ComponentChild} from 'preact';
import {useEffect, useId, useLayoutEffect, useMemo, useRef, useState} from 'preact/hooks';
import {objectField, objectsField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {firstFocusable} from './focus.ts';
import {ModalHead} from './modal-head.tsx';
import {isForModal, isSingleLine} from './modal-keys.ts';
import {useShell} from './shell-context.ts';
import {Blocks} from '../blocks/blocks.tsx';
import {modalSurface} from './surface-for.ts';
import {useSubmission} from './use-submission.ts';

/** The modal in front of the person. `under` is the title of the one that lies below it. */
export function Modal({
	view,
	depth,
	under,
}: {
	readonly view: Json & {readonly id: string};
	readonly depth: number;
	readonly under: string | null;
}): ComponentChild {
	const {client, directory, open} = useShell();
	/** Nothing in it takes the focus, so the text itself must, to be scrolled by keyboard. */
	const [plain, setPlain] = useState(false);
	const dialog = useRef<HTMLDivElement>(null);
	const titleId = useId();
	const title = labelOf(view, 'title') ?? 'Modal';
	const submitLabel = labelOf(view, 'submit');
	const {errors, failure, busy, submit, close, forget} = useSubmission(client, view);

	useLayoutEffect(() => {
		const body = dialog.current?.querySelector<HTMLElement>('.modal-body') ?? null;
		(firstFocusable(body, 'input, textarea, select') ?? dialog.current)?.focus();
	}, []);
	// What had the focus may have gone with the old content.
	useEffect(() => {
		if (document.activeElement === document.body) dialog.current?.focus();
	}, [view['hash']]);
	useLayoutEffect(() => {
		setPlain(firstFocusable(dialog.current?.querySelector<HTMLElement>('.modal-body') ?? null) === null);
	}, [view]);
	useEffect(() => {
		if (Object.keys(errors).length > 0) dialog.current?.querySelector<HTMLElement>('[aria-invalid=true]')?.focus();
	}, [errors]);

	// A key that nothing has the focus for is the modal's.
	useEffect(() => {
		const pressed = (event: KeyboardEvent): void => {
			if (event.key === 'Escape' && event.target === document.body && !event.defaultPrevented) close();
		};
		addEventListener('keydown', pressed);
		return () => removeEventListener('keydown', pressed);
	});

	const blocks = useMemo(() => {
		const surface = modalSurface({client, directory, open}, view, {errors, filled: forget});
		return <Blocks blocks={objectsField(view, 'blocks')} surface={surface} />;
	}, [client, directory, open, view, errors, forget]);

	return (
		<div
			ref={dialog}
			class="modal"
			role="dialog"
			aria-modal="true"
			aria-labelledby={titleId}
			aria-busy={busy}
			tabIndex={-1}
			onKeyDown={(event) => {
				if (event.defaultPrevented || !isForModal(event, dialog.current)) return;
				if (event.key === 'Escape') close();
				else if (event.key === 'Enter' && isSingleLine(event.target)) void submit();
				else return;
				event.preventDefault();
			}}
		>
			<ModalHead titleId={titleId} title={title} viewId={view.id} depth={depth} under={under} close={close} />
			{failure !== null && (
				<p class="modal-failure" role="alert">
					{failure}
				</p>
			)}
			<div class="modal-body" {...(plain ? {role: 'region', 'aria-label': title, tabIndex: 0} : {})}>
				{blocks}
			</div>
			<div class="modal-foot">
				<button type="button" class="button" onClick={close}>
					{labelOf(view, 'close') ?? (submitLabel === undefined ? 'Close' : 'Cancel')}
				</button>
				{submitLabel !== undefined && (
					<button
						type="button"
						class="button button-primary"
						disabled={view['submit_disabled'] === true}
						aria-disabled={busy}
						onClick={() => void submit()}
					>
						{busy && <span class="spinner" aria-hidden="true" />}
						{submitLabel}
					</button>
				)}
			</div>
		</div>
	);
}

function labelOf(view: Json, name: string): string | undefined {
	return textField(objectField(view, name), 'text');
}
