import type {ComponentChild} from 'preact';
import {objectsField, textField} from '../../json.ts';
import type {Json, Surface} from '../surface.ts';
import {Blocks} from './blocks.tsx';
import {clockOf} from './clock.ts';
import {formatDate} from './dates.ts';
import {Link} from './link.tsx';
import {Mrkdwn} from './mrkdwn.tsx';
import {Picture} from './picture.tsx';
import {safeLink} from './safe-links.ts';

/** Secondary attachments: a colour bar, blocks or the fields of old (Slack: "Legacy attachments"). */
export function Attachments({
	attachments,
	surface,
}: {
	readonly attachments: readonly Json[];
	readonly surface: Surface;
}): ComponentChild {
	return attachments.map((attachment, index) => {
		const blocks = objectsField(attachment, 'blocks');
		const pretext = textField(attachment, 'pretext');
		return (
			<div key={index} class="block-attachment">
				{pretext !== undefined && <Mrkdwn text={pretext} surface={surface} />}
				<div class="block-attachment-body" style={{borderInlineStartColor: colourOf(attachment)}}>
					{blocks.length > 0 ? (
						<Blocks blocks={blocks} surface={surface} />
					) : (
						<Legacy attachment={attachment} surface={surface} />
					)}
				</div>
			</div>
		);
	});
}

function Legacy({attachment, surface}: {readonly attachment: Json; readonly surface: Surface}): ComponentChild {
	const text = (name: string): string => textField(attachment, name) ?? '';
	const shown = ['title', 'text', 'author_name', 'image_url', 'footer'].some((each) => text(each) !== '');
	const fields = objectsField(attachment, 'fields');
	return (
		<>
			<Linked
				looks="block-attachment-author"
				text={text('author_name')}
				address={text('author_link')}
				surface={surface}
			/>
			<Linked looks="block-attachment-title" text={text('title')} address={text('title_link')} surface={surface} />
			{text('text') !== '' && <Mrkdwn text={text('text')} surface={surface} />}
			{fields.length > 0 && (
				<div class="block-fields">
					{fields.map((field, index) => (
						<div key={index} class={field['short'] === true ? '' : 'block-field-long'}>
							<strong>{textField(field, 'title')}</strong>
							<Mrkdwn text={textField(field, 'value') ?? ''} surface={surface} />
						</div>
					))}
				</div>
			)}
			{text('image_url') !== '' && (
				<Picture
					image={{image_url: text('image_url'), alt_text: text('fallback') || text('title') || 'Picture'}}
					looks="block-image-picture"
				/>
			)}
			{!shown && fields.length === 0 && <Mrkdwn text={text('fallback')} surface={surface} />}
			{text('footer') !== '' && <p class="block-attachment-footer">{footerOf(attachment, surface)}</p>}
		</>
	);
}

function Linked({
	looks,
	text,
	address,
	surface,
}: {
	readonly looks: string;
	readonly text: string;
	readonly address: string;
	readonly surface: Surface;
}): ComponentChild {
	if (text === '') return null;
	const href = safeLink(address);
	if (href === undefined) return <p class={looks}>{text}</p>;
	return (
		<p class={looks}>
			<Link href={href} surface={surface}>
				{text}
			</Link>
		</p>
	);
}

function footerOf(attachment: Json, surface: Surface): string {
	const seconds = Number(attachment['ts'] ?? 'NaN');
	const date = formatDate(seconds, '{date_short_pretty} at {time}', clockOf(surface));
	return [textField(attachment, 'footer') ?? '', date ?? ''].filter(Boolean).join(' | ');
}

/** The names of old, or a colour's number (Slack: attachment, color). */
function colourOf(attachment: Json): string {
	const colour = textField(attachment, 'color') ?? '';
	const named = new Map([
		['good', 'var(--primary)'],
		['danger', 'var(--danger)'],
		['warning', '#daa038'],
	]).get(colour);
	if (named !== undefined) return named;
	return /^#?[0-9a-f]{6}$/i.test(colour) ? `#${colour.replace('#', '')}` : 'var(--line)';
}
