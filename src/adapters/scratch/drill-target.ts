import path from 'node:path';
import {Failure} from '../../operations/ports/failure.ts';
import type {CopyPlace, Drilled, DrillRequest} from '../../operations/ports/scratch.ts';
import {findPostgresServer} from '../../platform/postgres-tools.ts';
import {makePrivateDirectory} from './directory.ts';
import {drillOn, skipped} from './drill.ts';
import {requirePlace, requireRoom, startCheckedCluster} from './scratch-place.ts';
import {type ScratchSettings, targetOf} from './scratch-settings.ts';
import {readSource} from './source.ts';

/** What a restore and a script on real rows need more of than one on an empty schema. */
const settingsForRows = {shared_buffers: '256MB', max_wal_size: '1GB', maintenance_work_mem: '256MB'};

export async function drillTarget(settings: ScratchSettings, request: DrillRequest): Promise<Drilled> {
	const beganAt = performance.now();
	const at = Date.now();
	const target = targetOf(settings, request.target);
	if (request.signal.aborted) throw new Failure('cancelled', 'The drill was cancelled.');
	await requirePlace(settings);
	const bytes = await requireRoom(settings, request.databaseBytes);
	const source = await readSource(target, request.role, request.history);
	const major = Math.floor(source.serverVersion / 10_000);
	const tools = await findPostgresServer(major, settings.toolFolders);
	if (tools === null) {
		return skipped({at}, 'not-possible', `this worker has no server programs of PostgreSQL ${major}.`);
	}
	const cluster = await startCheckedCluster(settings, tools, {tempFileBytes: bytes}, settingsForRows);
	const copied = {target: target.name, directory: cluster.directory};
	settings.onCopy?.('rows copied', copied);
	try {
		return await drillOn({cluster, target, source, request, bytes, at, beganAt});
	} finally {
		await cluster.stop();
		settings.onCopy?.('rows removed', copied);
	}
}

export async function placeForCopy(settings: ScratchSettings, databaseBytes: number): Promise<CopyPlace> {
	await requirePlace(settings);
	await requireRoom(settings, 2 * databaseBytes);
	const {root, remove} = await makePrivateDirectory(settings.directory);
	const copied = {target: null, directory: root};
	settings.onCopy?.('rows copied', copied);
	return {
		file: path.join(root, 'plain.dump'),
		remove: async () => {
			await remove();
			settings.onCopy?.('rows removed', copied);
		},
	};
}
