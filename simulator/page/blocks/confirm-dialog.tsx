import type {ComponentChild} from 'preact';
import {useId, useLayoutEffect, useRef, useState} from 'preact/hooks';
import {objectField, textField} from '../../json.ts';
import type {Json, Surface} from '../surface.ts';
import {TextObject} from './mrkdwn.tsx';
import {PlainLabel} from './plain-label.tsx';

type Question = {readonly confirm: Json; readonly answer: (yes: boolean) => void};

/** Asks by an element's confirm object: `ask` resolves with true for its confirm button. */
export function useConfirm(surface: Surface): {
	readonly ask: (confirm: Json) => Promise<boolean>;
	readonly dialog: ComponentChild;
} {
	const [question, setQuestion] = useState<Question>();
	const ask = async (confirm: Json): Promise<boolean> =>
		new Promise((resolve) => {
			setQuestion({
				confirm,
				answer(yes) {
					setQuestion(undefined);
					resolve(yes);
				},
			});
		});
	return {ask, dialog: question && <ConfirmDialog question={question} surface={surface} />};
}

function ConfirmDialog({
	question: {confirm, answer},
	surface,
}: {
	readonly question: Question;
	readonly surface: Surface;
}): ComponentChild {
	const dialog = useRef<HTMLDialogElement>(null);
	const id = useId();
	useLayoutEffect(() => {
		const before = document.activeElement;
		const shown = dialog.current;
		shown?.showModal();
		return () => {
			// While it is open all else is inert, and takes no focus.
			shown?.close();
			if (before instanceof HTMLElement) before.focus();
		};
	}, []);
	const danger = textField(confirm, 'style') === 'danger';
	return (
		<dialog
			ref={dialog}
			class="el-confirm"
			aria-labelledby={`${id}-title`}
			aria-describedby={`${id}-text`}
			onCancel={(event) => {
				event.preventDefault();
				answer(false);
			}}
			// A modal or a message below must not hear the keys of this dialog.
			onKeyDown={(event) => event.stopPropagation()}
		>
			<h2 id={`${id}-title`} class="el-confirm-title">
				<PlainLabel text={objectField(confirm, 'title')} />
			</h2>
			<div id={`${id}-text`} class="el-confirm-text">
				<TextObject text={confirm['text']} surface={surface} />
			</div>
			<div class="el-confirm-buttons">
				<button type="button" class="el-button" onClick={() => answer(false)}>
					<PlainLabel text={objectField(confirm, 'deny')} />
				</button>
				<button
					type="button"
					class={`el-button ${danger ? 'el-button-danger' : 'el-button-primary'}`}
					onClick={() => answer(true)}
				>
					<PlainLabel text={objectField(confirm, 'confirm')} />
				</button>
			</div>
		</dialog>
	);
}
