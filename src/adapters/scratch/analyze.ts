import type {LeftOut} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import {libpqEnvironment, openPasswordFile} from '../../platform/postgres-connection.ts';
import {type Cluster, runConfined} from './cluster.ts';
import {sessionName} from './connection.ts';

/**
 * Gives the planner its statistics, which a dump has not and which nobody else gathers there: without them plans are not
 * production's, and the script's time is no prediction. It may take longer than any statement of Lockstep's own, so psql
 * asks for it, confined as the others: an index's expression may call what a stranger wrote.
 *
 * @param signal Aborting ends psql; the server's side of it is the caller's to end.
 * @returns What has no statistics, where it did not go well.
 * @throws Failure cancelled
 */
export async function analyze(cluster: Cluster, database: string, signal: AbortSignal): Promise<readonly LeftOut[]> {
	const login = cluster.login(database);
	const password = await openPasswordFile(login);
	try {
		const {account} = cluster.confinement;
		if (account !== null) await password.chown(account.uid, account.gid);
		const result = await runConfined(cluster.confinement, {
			file: cluster.tools.psql,
			args: ['--no-psqlrc', '--no-password', '--quiet', '--command=ANALYZE'],
			env: libpqEnvironment(login, sessionName),
			files: [password],
			signal,
		});
		if (result.aborted) throw new Failure('cancelled', 'The drill was cancelled.');
		if (result.exitCode === 0) return [];
		const said = /^ERROR: +(.*)$/m.exec(result.stderr)?.[1] ?? result.stderr.trim().split('\n').at(-1) ?? '';
		const why = `ANALYZE did not reach its end (${result.startError ?? said}): times there may not be production's.`;
		return [{kind: 'statistics', name: database, why}];
	} finally {
		await password.close();
	}
}
