import {galleryEntries} from './gallery.ts';

/** Puts every view that Lockstep can send on the gallery of the local Slack at this address. Throws where it is not taken. */
export async function fillGallery(simulatorUrl: string): Promise<void> {
	const answer = await fetch(`${simulatorUrl}/_local/gallery`, {
		method: 'PUT',
		headers: {'content-type': 'application/json'},
		body: JSON.stringify(galleryEntries()),
	});
	if (!answer.ok) throw new Error(`The gallery was not taken: ${answer.status} ${await answer.text()}`);
}
