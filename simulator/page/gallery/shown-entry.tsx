import type {ComponentChild} from 'preact';
import {objectField, objectsField, textField} from '../../json.ts';
import type {JsonObject} from '../../json.ts';
import type {GalleryEntry} from '../../local/desktop.ts';
import {Mrkdwn} from '../blocks/mrkdwn.tsx';
import {Avatar} from '../shell/avatar.tsx';
import {Attachments} from '../blocks/attachments.tsx';
import {Blocks} from '../blocks/blocks.tsx';
import {sizeText} from '../shell/times.ts';
import type {Surface} from '../surface.ts';

export type AppName = {readonly id: string; readonly name: string};

type Props = {readonly entry: GalleryEntry; readonly surface: Surface; readonly app: AppName};

/** An entry as Slack would show it. */
export function ShownEntry({entry, surface, app}: Props): ComponentChild {
	switch (entry.kind) {
		case 'modal':
			return <ShownModal view={entry.payload} surface={surface} app={app} />;
		case 'home':
			return (
				<div class="gal-home">
					<Blocks blocks={objectsField(entry.payload, 'blocks')} surface={surface} />
				</div>
			);
		case 'message':
		case 'ephemeral':
		case 'file':
			return <ShownMessage entry={entry} surface={surface} app={app} />;
	}
}

function ShownMessage({entry, surface, app}: Props): ComponentChild {
	const {payload, kind} = entry;
	const blocks = objectsField(payload, 'blocks');
	const attachments = objectsField(payload, 'attachments');
	const text = textField(payload, 'text') ?? '';
	return (
		<div class={kind === 'ephemeral' ? 'gal-message gal-ephemeral' : 'gal-message'}>
			{kind === 'ephemeral' && <p class="gal-only-you">Only visible to you</p>}
			<Avatar id={app.id} name={app.name} app />
			<div class="gal-message-body">
				<p class="gal-name">
					<strong>{app.name}</strong> <span class="gal-badge">APP</span>
				</p>
				{blocks.length > 0 ? (
					<Blocks blocks={blocks} surface={surface} />
				) : (
					text !== '' && <Mrkdwn text={text} surface={surface} />
				)}
				{attachments.length > 0 && <Attachments attachments={attachments} surface={surface} />}
				<FileCards files={objectsField(payload, 'files')} />
			</div>
		</div>
	);
}

function FileCards({files}: {readonly files: readonly JsonObject[]}): ComponentChild {
	return files.map((file, index) => {
		const name = textField(file, 'name') ?? textField(file, 'filename') ?? 'file';
		const title = textField(file, 'title') ?? name;
		const content = textField(file, 'content');
		const size = file['size'] ?? (content === undefined ? undefined : new TextEncoder().encode(content).length);
		return (
			<div key={index} class="gal-file">
				<strong>
					<bdi>{title}</bdi>
				</strong>
				<span class="gal-quiet">
					{title !== name && <bdi>{name}</bdi>} {typeof size === 'number' && sizeText(size)}
				</span>
				{content !== undefined && (
					<details>
						<summary>Content</summary>
						<pre tabIndex={0} role="region" aria-label={`Content of ${title}`}>
							{content}
						</pre>
					</details>
				)}
			</div>
		);
	});
}

/** A modal as part of the page: it takes no focus and covers nothing. */
function ShownModal({
	view,
	surface,
	app,
}: {
	readonly view: JsonObject;
	readonly surface: Surface;
	readonly app: AppName;
}): ComponentChild {
	const title = textField(objectField(view, 'title'), 'text') ?? '';
	const submit = textField(objectField(view, 'submit'), 'text');
	const close = textField(objectField(view, 'close'), 'text') ?? (submit === undefined ? 'Close' : 'Cancel');
	const press = (name: string) => () => void surface.act('', name);
	return (
		<div class="gal-modal" role="group" aria-label={`Modal: ${title}`}>
			<p class="gal-modal-head">
				<Avatar small id={app.id} name={app.name} app />
				<strong>{title}</strong>
			</p>
			<div class="gal-modal-body">
				<Blocks blocks={objectsField(view, 'blocks')} surface={surface} />
			</div>
			<p class="gal-modal-foot">
				<button type="button" class="gal-button" onClick={press('close')}>
					{close}
				</button>
				{submit !== undefined && (
					<button
						type="button"
						class="gal-button gal-button-primary"
						disabled={view['submit_disabled'] === true}
						onClick={press('submit')}
					>
						{submit}
					</button>
				)}
			</p>
		</div>
	);
}
