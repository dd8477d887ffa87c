import {existsSync, writeFileSync} from 'node:fs';
import path from 'node:path';
import {expect, test} from 'vitest';
import {freePort} from '../../../scripts/local-servers.ts';
import {
	createThrowAwayDirectory,
	removeThrowAwayDirectory,
	startThrowAwayProcess,
} from '../../../scripts/throw-away.ts';
import {databaseServer} from '../../support/databases.ts';
import {atEndOfFile} from '../../support/leaks.ts';
import {createProduction, eventually, type Production} from './production.ts';
import {giveToServerAccount} from './server-account.ts';

const pgbouncer = process.env['LOCKSTEP_PGBOUNCER'] ?? '/usr/sbin/pgbouncer';

test.skipIf(!existsSync(pgbouncer)).each([
	['transaction', true],
	['session', false],
])('PgBouncer in %s mode does not keep a session: %s', async (mode, sessionless) => {
	const shop = await createProduction();
	const pooled = shop.as({port: await startPgBouncer(shop, mode)});
	const state = await eventually(async () => await pooled.state().catch(() => null));
	expect(state.sessionless).toBe(sessionless);
	expect((await pooled.state()).sessionless).toBe(sessionless);
	expect(await pooled.tables()).toHaveLength(1);
});

async function startPgBouncer({settings}: Production, mode: string): Promise<number> {
	const directory = createThrowAwayDirectory('pgbouncer');
	const port = await freePort();
	const login = {host: (await databaseServer()).host, port: settings.port};
	writeFileSync(path.join(directory, 'users'), `"${settings.user}" "${settings.password.replaceAll('"', '""')}"\n`);
	writeFileSync(
		path.join(directory, 'pgbouncer.ini'),
		[
			'[databases]',
			`${settings.database} = host=${login.host} port=${login.port}`,
			'[pgbouncer]',
			'listen_addr = 127.0.0.1',
			`listen_port = ${port}`,
			'unix_socket_dir =',
			'auth_type = plain',
			`auth_file = ${directory}/users`,
			`pool_mode = ${mode}`,
		].join('\n'),
	);
	const account = await giveToServerAccount(directory);
	const bouncer = startThrowAwayProcess({
		program: pgbouncer,
		args: [path.join(directory, 'pgbouncer.ini')],
		directory,
		logFile: path.join(directory, 'pgbouncer.log'),
		deathSignal: 'SIGKILL',
		account,
	});
	atEndOfFile(async () => {
		await bouncer.end();
		removeThrowAwayDirectory(directory);
	});
	return port;
}
