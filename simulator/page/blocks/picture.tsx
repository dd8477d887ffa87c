import type {ComponentChild} from 'preact';
import {objectField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {localPicture} from './safe-links.ts';

/** A picture from this machine; one from elsewhere is a box that says what it is: no request leaves. */
export function Picture({image, looks}: {readonly image: Json; readonly looks: string}): ComponentChild {
	const alt = textField(image, 'alt_text') ?? '';
	const address = textField(image, 'image_url') ?? textField(objectField(image, 'slack_file'), 'url') ?? '';
	const id = textField(objectField(image, 'slack_file'), 'id');
	const source = id === undefined ? localPicture(address, location.origin) : `/_local/files/${encodeURIComponent(id)}`;
	if (source !== undefined) return <img class={looks} src={source} alt={alt} loading="lazy" />;
	return (
		<span class={`${looks} el-no-image`} role="img" aria-label={alt} title={`${alt} (${address})`}>
			<bdi>{alt}</bdi>
			<span class="el-no-image-address">{address}</span>
		</span>
	);
}
