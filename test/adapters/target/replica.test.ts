import path from 'node:path';
import {expect, test} from 'vitest';
import {freePort} from '../../../scripts/local-servers.ts';
import {
	createThrowAwayDirectory,
	removeThrowAwayDirectory,
	startThrowAwayProcess,
} from '../../../scripts/throw-away.ts';
import {runChild} from '../../../src/platform/child-process.ts';
import {openPasswordFile} from '../../../src/platform/postgres-connection.ts';
import {databaseServer} from '../../support/databases.ts';
import {atEndOfFile} from '../../support/leaks.ts';
import {giveToServerAccount} from './server-account.ts';
import {createProduction, eventually, type Production} from './production.ts';

test('a replica is known as one, and nothing is applied through it', async () => {
	const shop = await createProduction();
	const port = await startReplica(shop);
	const replica = shop.as({port});
	const state = await eventually(async () => await replica.state().catch(() => null), 20_000);
	expect(state.inRecovery).toBe(true);
	const request = await shop.request('CREATE TABLE nowhere ();');
	const expectations = {...request.expectations, identity: state.identity};
	expect(await replica.apply({...request, expectations}).outcome).toMatchObject({
		kind: 'fenced',
		why: 'replica',
		sentence: expect.stringContaining('replica'),
	});
});

/** A streaming standby of the run's own server, made by pg_basebackup. */
async function startReplica(shop: Production): Promise<number> {
	const server = await databaseServer();
	const directory = createThrowAwayDirectory('replica');
	const data = path.join(directory, 'data');
	const password = await openPasswordFile({...shop.settings, password: server.password});
	const copied = await runChild({
		file: `${server.binDirectory}/pg_basebackup`,
		args: [
			'--pgdata',
			data,
			'--checkpoint=fast',
			'--wal-method=stream',
			'--write-recovery-conf',
			'--no-sync',
			'-h',
			server.host,
			'-p',
			String(server.port),
			'-U',
			server.superuser,
		],
		env: {PGPASSFILE: '/dev/fd/3'},
		files: [password],
	});
	await password.close();
	expect(copied).toMatchObject({exitCode: 0});
	const account = await giveToServerAccount(directory);
	const port = await freePort();
	const postgres = startThrowAwayProcess({
		program: `${server.binDirectory}/postgres`,
		args: [
			'-D',
			data,
			'-c',
			`port=${port}`,
			'-c',
			'listen_addresses=127.0.0.1',
			'-c',
			'unix_socket_directories=',
			'-c',
			'max_connections=200',
		],
		directory,
		logFile: path.join(directory, 'server.log'),
		deathSignal: 'SIGQUIT',
		account,
	});
	atEndOfFile(async () => {
		await postgres.end();
		removeThrowAwayDirectory(directory);
	});
	return port;
}
