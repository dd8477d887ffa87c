import type {ComponentChild} from 'preact';
import {useState} from 'preact/hooks';
import {textField} from '../../json.ts';
import {fileAddress} from '../client.ts';
import type {ShownMessage} from '../client.ts';
import {Icon} from './icons.tsx';
import {sizeText} from './times.ts';

type ShownFile = ShownMessage['files'][number];

/** As many lines of a text are shown before it is downloaded. */
const PREVIEW_LINES = 20;

/** The files under a message: pictures as pictures, others as cards. */
export function MessageFiles({files}: {readonly files: readonly ShownFile[]}): ComponentChild {
	if (files.length === 0) return null;
	return (
		<ul class="files" aria-label="Files">
			{files.map((file) => (
				<li key={file.id}>{isPicture(file.name) ? <Picture file={file} /> : <FileCard file={file} />}</li>
			))}
		</ul>
	);
}

function Picture({file}: {readonly file: ShownFile}): ComponentChild {
	const alt = textField(file.wire, 'alt_txt') ?? '';
	return (
		<figure class="picture">
			<figcaption>
				{file.title}{' '}
				<a href={fileAddress(file.id)} download={file.name} aria-label={`Download ${file.name}`}>
					<Icon name="download" />
				</a>
			</figcaption>
			<a href={fileAddress(file.id)} target="_blank" rel="noreferrer">
				<img src={fileAddress(file.id)} alt={alt === '' ? file.title : alt} />
			</a>
		</figure>
	);
}

function FileCard({file}: {readonly file: ShownFile}): ComponentChild {
	const [preview, setPreview] = useState<readonly string[] | null>(null);
	const [open, setOpen] = useState(false);
	const show = async (): Promise<void> => {
		setOpen(!open);
		if (preview !== null) return;
		const response = await fetch(fileAddress(file.id)).catch(() => null);
		setPreview(
			response?.ok === true ? (await response.text()).trimEnd().split(/\r?\n/) : ['The file cannot be read now.'],
		);
	};
	return (
		<div class="file-card">
			<div class="file-row">
				<span class="file-kind" aria-hidden="true">
					<Icon name="file" />
				</span>
				<span class="file-name">
					<bdi>{file.title}</bdi>
					<small>
						{textField(file.wire, 'pretty_type') ?? 'File'} · {sizeText(file.size)}
					</small>
				</span>
				{isText(file.name) && (
					<button type="button" class="quiet-button" aria-expanded={open} onClick={() => void show()}>
						{open ? 'Hide' : 'Preview'}
						<span class="unseen"> of {file.title}</span>
					</button>
				)}
				<a
					class="icon-button"
					href={fileAddress(file.id)}
					download={file.name}
					aria-label={`Download ${file.name}`}
					title="Download"
				>
					<Icon name="download" />
				</a>
			</div>
			{open && preview !== null && <Preview lines={preview} name={file.title} />}
		</div>
	);
}

function Preview({lines, name}: {readonly lines: readonly string[]; readonly name: string}): ComponentChild {
	const more = lines.length - PREVIEW_LINES;
	return (
		<>
			{/* Long lines scroll sideways, so the keyboard must reach it. */}
			<pre class="preview" tabIndex={0} role="region" aria-label={`First lines of ${name}`}>
				{lines.slice(0, PREVIEW_LINES).join('\n')}
			</pre>
			{more > 0 && <p class="preview-more">{more === 1 ? '1 more line' : `${more.toLocaleString('en')} more lines`}</p>}
		</>
	);
}

function isPicture(name: string): boolean {
	return /\.(?:png|jpe?g|gif|svg|webp)$/i.test(name);
}

function isText(name: string): boolean {
	return /\.(?:sql|txt|log|md|json|csv|ya?ml|cs|diff|patch)$/i.test(name);
}
