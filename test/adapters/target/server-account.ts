import {runChild} from '../../../src/platform/child-process.ts';

/** PostgreSQL and PgBouncer refuse to run as root: then `directory` and all in it goes to an account that servers have. */
export async function giveToServerAccount(directory: string): Promise<{uid: number; gid: number} | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	for (const name of ['postgres', 'nobody']) {
		const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
		if (uid === null || gid === null) continue;
		await runChild({file: '/usr/bin/chown', args: ['--recursive', `${uid}:${gid}`, directory], env: {}});
		return {uid, gid};
	}
	return undefined;
}

async function idOf(kind: '-u' | '-g', name: string): Promise<number | null> {
	const {exitCode, stdout} = await runChild({file: '/usr/bin/id', args: [kind, name], env: {}});
	return exitCode === 0 ? Number(stdout) : null;
}
