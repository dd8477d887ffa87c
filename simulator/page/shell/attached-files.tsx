import type {ComponentChild} from 'preact';
import {useRef} from 'preact/hooks';
import {Icon} from './icons.tsx';
import {sizeText} from './times.ts';

/** Opens the machine's file chooser. */
export function AttachButton({add}: {readonly add: (files: readonly File[]) => void}): ComponentChild {
	const input = useRef<HTMLInputElement>(null);
	return (
		<>
			<button
				type="button"
				class="icon-button"
				aria-label="Attach files"
				title="Attach files"
				onClick={() => input.current?.click()}
			>
				<Icon name="clip" />
			</button>
			<input
				ref={input}
				type="file"
				multiple
				hidden
				aria-label="Files to attach"
				onChange={(event) => {
					add([...(event.currentTarget.files ?? [])]);
					// The same file can be chosen again.
					event.currentTarget.value = '';
				}}
			/>
		</>
	);
}

/** The files that go with the next message. */
export function AttachedFiles({
	files,
	remove,
}: {
	readonly files: readonly File[];
	readonly remove: (file: File) => void;
}): ComponentChild {
	if (files.length === 0) return null;
	return (
		<ul class="attached" aria-label="Attached files">
			{files.map((file, index) => (
				<li key={`${file.name} ${index}`}>
					<Icon name="file" /> <bdi>{file.name}</bdi> <small>{sizeText(file.size)}</small>
					<button type="button" class="icon-button" aria-label={`Remove ${file.name}`} onClick={() => remove(file)}>
						<Icon name="close" />
					</button>
				</li>
			))}
		</ul>
	);
}
