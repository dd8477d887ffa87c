import {fileURLToPath} from 'node:url';

import {runner} from 'node-pg-migrate';

import {translate} from './connection.ts';

const directory = fileURLToPath(new URL('../../../schema', import.meta.url));

/** Brings the record's own schema up to date. Replicas that start together wait for each other on an advisory lock. */
export async function applySchema(url: string): Promise<void> {
	try {
		await runner({
			databaseUrl: url,
			dir: directory,
			direction: 'up',
			migrationsTable: 'schema_version',
			advisoryLockMode: 'wait',
			singleTransaction: true,
			log: () => {},
		});
	} catch (error) {
		throw translate(error);
	}
}
