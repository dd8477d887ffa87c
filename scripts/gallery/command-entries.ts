import {helpMessage} from '../../src/adapters/slack/views/help.ts';
import {listMessage} from '../../src/adapters/slack/views/board/list.ts';
import {requestStates} from '../../src/domain/request.ts';
import type {RequestLine} from '../../src/operations/ports/record.ts';
import {ephemerals, type ViewEntry} from './entry.ts';
import {dana, noon} from './records.ts';
import type {Scene} from './scene.ts';

/** What `/migrate` answers to its words. */
export function commandEntries(): readonly ViewEntry[] {
	return [
		...ephemerals(listMessage, 'List: all', (scene) => [linesOf(scene), null]),
		...ephemerals(listMessage, 'List: of one target', (scene) => [linesOf(scene), scene.targetName]),
		...ephemerals(listMessage, 'List: empty', (scene) => [[], scene.targetName]),
		...ephemerals(helpMessage, 'Help: asked for', (scene) => [[scene.target], null]),
		...ephemerals(helpMessage, 'Help: a word nobody knows', (scene) => [[scene.target], scene.reason]),
	];
}

/** A request in every state, and so many more as the variant has migrations. */
function linesOf(scene: Scene): readonly RequestLine[] {
	const howMany = Math.max(requestStates.length, scene.variant === 'short' ? 0 : scene.pending.length);
	return Array.from({length: howMany}, (_, index) => ({
		number: 12 + howMany - index,
		target: scene.targetName,
		app: scene.app,
		version: scene.version,
		summary: scene.summary,
		state: requestStates[index % requestStates.length] ?? 'submitted',
		requester: dana,
		createdAt: noon - index * 3_600_000,
	}));
}
