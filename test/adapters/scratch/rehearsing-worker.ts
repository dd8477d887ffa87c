/** A worker for tests to kill in the middle of a rehearsal; its settings come as JSON. */
import {text} from 'node:stream/consumers';
import {createScratch} from '../../../src/adapters/scratch/scratch.ts';
import type {ScratchSettings} from '../../../src/adapters/scratch/scratch-settings.ts';

const settings = JSON.parse(await text(process.stdin)) as ScratchSettings;
await createScratch(settings).rehearse({
	target: 'shop',
	requestNumber: 42,
	bytes: Buffer.from('SELECT pg_sleep(600);'),
	history: {
		table: '"__EFMigrationsHistory"',
		migrationIdColumn: 'MigrationId',
		productVersionColumn: 'ProductVersion',
	},
	role: null,
	lockTimeoutMs: 5000,
	signal: new AbortController().signal,
});
