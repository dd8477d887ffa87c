import type {LeftOut} from '../../domain/rehearsal.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {ChildCommand, ChildResult} from '../../platform/child-process.ts';
import {type Cluster, runConfined} from './cluster.ts';

/** Of its output: errors of a large schema, or its list of contents. Characters. */
const keptOutput = 32 * 1024 * 1024;

/** It reads what a stranger may have written into a schema, so it runs as the server does. */
export async function runPgRestore(
	cluster: Cluster,
	run: Required<Pick<ChildCommand, 'args' | 'files' | 'env' | 'signal'>> & Pick<ChildCommand, 'input'>,
): Promise<ChildResult> {
	const {account} = cluster.confinement;
	if (account !== null) for (const file of run.files) await file.chown(account.uid, account.gid);
	const result = await runConfined(cluster.confinement, {
		...run,
		file: cluster.tools.pgRestore,
		keepOutput: keptOutput,
	});
	if (result.aborted) throw new Failure('cancelled', 'The rehearsal was cancelled.');
	// 1: errors that it passed over; they are looked at.
	if (result.exitCode !== 0 && result.exitCode !== 1) {
		const reason = result.startError ?? result.stderr.trim().split('\n').at(-1) ?? `ended by ${result.signal}`;
		throw new Failure('scratch-unavailable', `pg_restore failed on the scratch server: ${reason}`);
	}
	return result;
}

/** libpq takes a name with `=` in it for a whole connection string. */
export function connectionText(database: string): string {
	return `dbname='${database.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}

/** `217; 1417 16408 SERVER - elsewhere postgres`: the number, two oids, then what it is. */
const outwardEntry =
	/^\d+; \d+ \d+ (?:(?:ACL|COMMENT|SECURITY LABEL) \S+ )?(?:SERVER|FOREIGN SERVER|USER MAPPING|FOREIGN TABLE|FOREIGN DATA WRAPPER|SUBSCRIPTION|PUBLICATION|EVENT TRIGGER)\b/;

/** A right on a function or a table of the server's own, such as pg_read_file or pg_authid. */
const catalogGrant = /^\d+; \d+ \d+ ACL pg_catalog (.+) \S+$/;

export function staysInside(line: string): boolean {
	return !outwardEntry.test(line) && !catalogGrant.test(line);
}

/** Of a dump's list of contents: what {@link staysInside} leaves out, though it leads nowhere outside. */
export function catalogGrantsIn(list: string): readonly LeftOut[] {
	return list.split('\n').flatMap((line) => {
		const name = catalogGrant.exec(line)?.[1];
		return name === undefined ? [] : [{kind: 'grant', name, why: 'It is a right on the server, not on the database.'}];
	});
}
