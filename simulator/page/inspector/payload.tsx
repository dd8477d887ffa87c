import type {ComponentChild} from 'preact';
import {useState} from 'preact/hooks';
import {objectsField, textField} from '../../json.ts';
import type {JsonObject} from '../../json.ts';

/** The payload as the app sent it, folded by its blocks, each with its size. */
export function Payload({payload}: {readonly payload: JsonObject}): ComponentChild {
	const blocks = objectsField(payload, 'blocks');
	const {blocks: _blocks, ...rest} = payload;
	return (
		<div class="insp-payload">
			<p class="insp-row">
				<span class="insp-quiet">{sizeOf(payload)} in all</span>
				<Copy text={pretty(payload)} />
			</p>
			{Object.keys(rest).length > 0 && (
				<Json title={blocks.length === 0 ? 'Payload' : 'Without its blocks'} value={rest} open />
			)}
			{blocks.map((block, index) => (
				<Json key={index} title={`${index + 1}. ${titleOf(block)}`} value={block} />
			))}
		</div>
	);
}

/** A piece of JSON that can be unfolded. */
export function Json({
	title,
	value,
	open = false,
}: {
	readonly title: string;
	readonly value: unknown;
	readonly open?: boolean;
}): ComponentChild {
	return (
		<details class="insp-json" open={open}>
			<summary>
				<span>{title}</span> <span class="insp-quiet">{sizeOf(value)}</span>
			</summary>
			<pre tabIndex={0} role="region" aria-label={`JSON: ${title}`}>
				{pretty(value)}
			</pre>
		</details>
	);
}

/** Copies a text, and says so. */
function Copy({text}: {readonly text: string}): ComponentChild {
	const [said, setSaid] = useState('');
	async function copy(): Promise<void> {
		try {
			await navigator.clipboard.writeText(text);
			setSaid('Copied');
		} catch {
			setSaid('The browser did not allow it');
		}
	}
	return (
		<span>
			<span role="status" class="insp-quiet">
				{said}
			</span>{' '}
			<button type="button" class="insp-button" onClick={() => void copy()}>
				Copy JSON
			</button>
		</span>
	);
}

function titleOf(block: JsonObject): string {
	const id = textField(block, 'block_id');
	return [textField(block, 'type') ?? 'block', ...(id === undefined ? [] : [id])].join(' · ');
}

function sizeOf(value: unknown): string {
	const length = JSON.stringify(value)?.length ?? 0;
	return `${length.toLocaleString('en')} characters`;
}

function pretty(value: unknown): string {
	return JSON.stringify(value, null, 2) ?? String(value);
}
