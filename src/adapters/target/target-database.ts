import type {TargetDatabase, Targets} from '../../operations/ports/targets.ts';
import {Failure} from '../../operations/ports/failure.ts';
import {readCatalogObjects} from '../../platform/postgres-catalog.ts';
import {startApply} from './apply.ts';
import {readInvalidIndexes, readTables} from './catalog.ts';
import {type TargetSettings, withReading} from './connection.ts';
import {readHistory} from './history.ts';
import {markDatabase} from './identity.ts';
import {endApplying, readLockHolder, withLockTaken} from './locks.ts';
import {askProbes} from './probes.ts';
import {readSequencesBehind} from './sequences.ts';
import {readState} from './state.ts';
import {readSurvey} from './survey.ts';
import {readTableFacts} from './table-facts.ts';

export interface TargetsSettings {
	readonly targets: readonly TargetSettings[];
	/** Folders with PostgreSQL's client programs, looked into before the distribution's own. */
	readonly toolFolders: readonly string[];
}

/** The production databases that this worker can reach, with their secrets. Nothing is opened before it is asked. */
export function createTargets({targets, toolFolders}: TargetsSettings): Targets {
	const byName = new Map(targets.map((settings) => [settings.name, settings]));
	return {
		open: (name) => {
			const settings = byName.get(name);
			if (settings === undefined) {
				throw new Failure('target-unreachable', `No target named ${name} is configured for this worker.`);
			}
			return createTargetDatabase(settings, toolFolders);
		},
	};
}

function createTargetDatabase(settings: TargetSettings, toolFolders: readonly string[]): TargetDatabase {
	return {
		state: async () => await readState(settings),
		mark: async (uuid) => await markDatabase(settings, uuid),
		history: async (table) => await readHistory(settings, table),
		tableFacts: async (tables) =>
			await withReading(settings, 'role', async (client) => await readTableFacts(client, tables)),
		tables: async () => await readTables(settings),
		objects: async () => await withReading(settings, 'user', async (client) => await readCatalogObjects(client, [])),
		invalidIndexes: async () => await readInvalidIndexes(settings),
		survey: async (roles) => await readSurvey(settings, roles),
		sequencesBehind: async (tables) =>
			await withReading(settings, 'role', async (client) => await readSequencesBehind(client, tables)),
		probe: async (probes) => await askProbes(settings, probes),
		apply: (request) => startApply(settings, toolFolders, request),
		lockHolder: async () => await readLockHolder(settings),
		withOrphanEnded: async (read) => await withLockTaken(settings, read),
		endApply: async () => await endApplying(settings),
	};
}
