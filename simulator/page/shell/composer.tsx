import type {ComponentChild} from 'preact';
import {useId, useLayoutEffect, useRef, useState} from 'preact/hooks';
import type {DeskChannel} from '../../local/desktop.ts';
import type {Completion} from './completion.ts';
import {CompletionList} from './completion-list.tsx';
import {AttachButton, AttachedFiles} from './attached-files.tsx';
import {Icon} from './icons.tsx';
import {useShell} from './shell-context.ts';
import {ShortcutMenu} from './shortcut-menu.tsx';
import {useCompletion} from './use-completion.ts';
import {useWriting} from './use-writing.ts';

/** Writes messages and commands. Enter sends, Shift+Enter breaks the line. */
export function Composer({
	channel,
	threadTs,
	label,
}: {
	readonly channel: DeskChannel;
	readonly threadTs?: string;
	readonly label: string;
}): ComponentChild {
	const {desktop} = useShell();
	const {text, setText, files, setFiles, trouble, sending, sendNow} = useWriting(channel.id, threadTs);
	const [over, setOver] = useState(false);
	const area = useRef<HTMLTextAreaElement>(null);
	const listId = useId();
	const completion = useCompletion(text, desktop);

	useLayoutEffect(() => {
		const element = area.current;
		if (element === null) return;
		element.style.height = 'auto';
		element.style.height = `${Math.min(element.scrollHeight, 260)}px`;
	}, [text]);

	const complete = (item: Completion): void => {
		const from = completion.offer?.from ?? 0;
		const caret = area.current?.selectionStart ?? text.length;
		const next = text.slice(0, from) + item.insert + text.slice(caret);
		setText(next);
		completion.moved(next, from + item.insert.length);
		// The caret goes behind what was put in, once it is there.
		requestAnimationFrame(() => area.current?.setSelectionRange(from + item.insert.length, from + item.insert.length));
		area.current?.focus();
	};

	const sendAll = (): void => {
		completion.moved('', 0);
		void sendNow();
	};

	const pressed = (event: KeyboardEvent): void => {
		if (event.isComposing) return;
		if (completion.pressed(event, complete)) return;
		if (event.key !== 'Enter' || event.shiftKey) return;
		event.preventDefault();
		sendAll();
	};

	return (
		<div
			class={over ? 'composer composer-over' : 'composer'}
			onDragOver={(event) => {
				event.preventDefault();
				setOver(true);
			}}
			onDragLeave={() => setOver(false)}
			onDrop={(event) => {
				event.preventDefault();
				setOver(false);
				setFiles([...files, ...(event.dataTransfer?.files ?? [])]);
			}}
		>
			{trouble !== null && (
				<p class="composer-trouble" role="alert">
					{trouble}
				</p>
			)}
			{completion.offer !== null && (
				<CompletionList id={listId} offer={completion.offer} at={completion.at} choose={complete} />
			)}
			<div class="composer-box">
				{/* A textarea may not have the role of a combobox: it is a text box that owns a list (WAI-ARIA 1.2, aria-activedescendant). */}
				<textarea
					ref={area}
					rows={1}
					value={text}
					placeholder={label}
					aria-label={label}
					aria-autocomplete="list"
					aria-haspopup="listbox"
					aria-controls={completion.offer === null ? undefined : listId}
					aria-activedescendant={completion.at === -1 ? undefined : `${listId}-${completion.at}`}
					onInput={(event) => {
						setText(event.currentTarget.value);
						completion.moved(event.currentTarget.value, event.currentTarget.selectionStart);
					}}
					onKeyDown={pressed}
					onBlur={() => completion.moved('', 0)}
					onPaste={(event) => {
						const pasted = [...(event.clipboardData?.files ?? [])];
						if (pasted.length > 0) setFiles([...files, ...pasted]);
					}}
				/>
				<AttachedFiles files={files} remove={(file) => setFiles(files.filter((each) => each !== file))} />
				<div class="composer-row">
					{threadTs === undefined && <ShortcutMenu />}
					<AttachButton add={(more) => setFiles([...files, ...more])} />
					<span class="composer-hint" aria-hidden="true">
						{sending ? 'Sending …' : 'Enter sends, Shift + Enter breaks the line'}
					</span>
					<button
						type="button"
						class="send-button"
						aria-label="Send"
						title="Send"
						aria-disabled={text.trim() === '' && files.length === 0}
						onClick={sendAll}
					>
						<Icon name="send" />
					</button>
				</div>
			</div>
		</div>
	);
}
