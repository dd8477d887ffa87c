import type {HomeView, ModalView} from '@slack/types';
import type {Rendered} from '../../src/adapters/slack/views/words.ts';
import type {JsonObject} from '../../simulator/json.ts';
import type {GalleryEntry} from '../../simulator/local/desktop.ts';
import type {Scene} from './scene.ts';
import {scenes} from './scenes.ts';

/** An entry of the gallery, and the view functions that made it. */
export type ViewEntry = GalleryEntry & {readonly views: readonly string[]};

/** Characters of a file that the gallery shows. */
const fileCharacters = 20_000;

type Variant = GalleryEntry['variant'];

/** What the view is called with, made of a variant's scene; null where the view has nothing to show of it. */
type DataOf<Data extends readonly unknown[]> = (scene: Scene) => Data | null;

/** A message in all variants. `title` is `View: state`, and makes the ids. */
export function messages<Data extends readonly unknown[]>(
	view: (...data: Data) => Rendered,
	title: string,
	dataOf: NoInfer<DataOf<Data>>,
): readonly ViewEntry[] {
	return variants(title, 'message', [view.name], dataOf, (data) => asJson(view(...data)));
}

/** The same for a message that one person alone sees. */
export function ephemerals<Data extends readonly unknown[]>(
	view: (...data: Data) => Rendered,
	title: string,
	dataOf: NoInfer<DataOf<Data>>,
): readonly ViewEntry[] {
	return variants(title, 'ephemeral', [view.name], dataOf, (data) => asJson(view(...data)));
}

export function modals<Data extends readonly unknown[]>(
	view: (...data: Data) => ModalView,
	title: string,
	dataOf: NoInfer<DataOf<Data>>,
): readonly ViewEntry[] {
	return variants(title, 'modal', [view.name], dataOf, (data) => asJson(view(...data)));
}

export function homes<Data extends readonly unknown[]>(
	view: (...data: Data) => HomeView,
	title: string,
	dataOf: NoInfer<DataOf<Data>>,
): readonly ViewEntry[] {
	return variants(title, 'home', [view.name], dataOf, (data) => asJson(view(...data)));
}

/** What is uploaded into a thread: the words beside it, and the file. */
export function files(
	views: readonly ((...data: never) => unknown)[],
	title: string,
	upload: (scene: Scene) => {readonly comment: string; readonly name: string; readonly content: Uint8Array},
): readonly ViewEntry[] {
	const names = views.map(({name}) => name);
	return variants(title, 'file', names, upload, ({comment, name, content}) => ({
		text: comment,
		files: [{name, title: name, content: beginning(content)}],
	}));
}

/** As much of a file as anybody reads here. */
function beginning(content: Uint8Array): string {
	const text = Buffer.from(content).toString('utf8');
	return text.length > fileCharacters ? `${text.slice(0, fileCharacters)}\n… (cut here, the file goes on)` : text;
}

/** An entry for each scene that has data. */
function variants<Data>(
	title: string,
	kind: GalleryEntry['kind'],
	views: readonly string[],
	dataOf: (scene: Scene) => Data | null,
	payloadOf: (data: Data) => JsonObject,
): readonly ViewEntry[] {
	return scenes.flatMap((scene) => {
		const data = dataOf(scene);
		if (data === null) return [];
		return [{id: idOf(title, scene.variant), title, variant: scene.variant, kind, payload: payloadOf(data), views}];
	});
}

/** `Request message: in review, to agree` hostile: `request-message/in-review-to-agree/hostile`. */
function idOf(title: string, variant: Variant): string {
	const slugs = title.split(': ').map((part) =>
		part
			.toLowerCase()
			.replaceAll(/[^a-z0-9]+/gu, '-')
			.replaceAll(/^-|-$/gu, ''),
	);
	return [...slugs, variant].join('/');
}

/** As it goes over the wire. */
function asJson(view: Rendered | ModalView | HomeView): JsonObject {
	return JSON.parse(JSON.stringify(view)) as JsonObject;
}

/** For a view without data: its one picture. */
export function once(scene: Scene): [] | null {
	return scene.variant === 'short' ? [] : null;
}
