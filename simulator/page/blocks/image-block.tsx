import type {ComponentChild} from 'preact';
import {objectField, textField} from '../../json.ts';
import type {Json, Surface} from '../surface.ts';
import {Link} from './link.tsx';
import {Picture} from './picture.tsx';
import {PlainLabel} from './plain-label.tsx';
import {safeLink} from './safe-links.ts';

/** A picture with its title. */
export function ImageBlock({block}: {readonly block: Json}): ComponentChild {
	const title = objectField(block, 'title');
	return (
		<figure class="block-image">
			{title !== undefined && (
				<figcaption class="block-image-title">
					<PlainLabel text={title} />
				</figcaption>
			)}
			<Picture image={block} looks="block-image-picture" />
		</figure>
	);
}

/** A video is not played here: a box says what it is. */
export function Video({block, surface}: {readonly block: Json; readonly surface: Surface}): ComponentChild {
	const href = safeLink(textField(block, 'title_url') ?? textField(block, 'video_url') ?? '');
	const title = <PlainLabel text={objectField(block, 'title')} />;
	const maker = [textField(block, 'provider_name'), textField(block, 'author_name')].filter(Boolean).join(' · ');
	return (
		<div class="block-video">
			{maker !== '' && <p class="block-video-maker">{maker}</p>}
			<p class="block-video-title">
				<span aria-hidden="true">▶ </span>
				{href === undefined ? (
					title
				) : (
					<Link href={href} surface={surface}>
						{title}
					</Link>
				)}
			</p>
			{block['description'] !== undefined && (
				<p class="block-video-more">
					<PlainLabel text={block['description']} />
				</p>
			)}
			<p class="block-video-more">{textField(block, 'alt_text')}</p>
		</div>
	);
}
