/**
 * How psql runs a script, in production and in rehearsal alike: what is rehearsed otherwise than it is applied proves
 * nothing.
 */

/**
 * No start-up file, no prompt for a password, stop at the first error, print SQLSTATEs; quiet until the script begins.
 *
 * @param fenceFile Run first, in the same session.
 */
export function psqlArguments(fenceFile: string, scriptFile: string): readonly string[] {
	return [
		'--no-psqlrc',
		'--no-password',
		'--set=ON_ERROR_STOP=1',
		'--set=VERBOSITY=verbose',
		'--set=QUIET=on',
		`--file=${fenceFile}`,
		`--file=${scriptFile}`,
	];
}

export interface SessionLimits {
	readonly lockTimeoutMs: number;
	/** How long psql may keep silent before the server takes it for lost. */
	readonly idleMs: number;
	/** As `server_version_num`. */
	readonly serverVersion: number;
}

/** How long a statement may go on for a psql that is gone. Milliseconds. */
const connectionCheckMs = 500;
/** psql sends one statement after the other: a session that waits this long has lost its psql, or psql stands still. */
const shortestIdleMs = 1000;
/** `transaction_timeout` came with this version. */
const version17 = 170_000;

/**
 * Settings by SET: in PGOPTIONS one that the server does not know would be fatal, and PgBouncer refuses them all. The
 * search path is the script's own affair.
 *
 * @see https://www.postgresql.org/docs/current/runtime-config-client.html
 */
export function sessionSettings(limits: SessionLimits): readonly string[] {
	const idleMs = Math.max(shortestIdleMs, Math.floor(limits.idleMs));
	return [
		// Without it a killed psql's statement goes on to its end and commits.
		`SET client_connection_check_interval = ${connectionCheckMs};`,
		// A stopped psql keeps its connection, so only its silence gives it away.
		`SET idle_session_timeout = ${idleMs};`,
		`SET idle_in_transaction_session_timeout = ${idleMs};`,
		`SET lock_timeout = ${Math.floor(limits.lockTimeoutMs)};`,
		// A limit meant for the application must not cut a migration in two.
		'SET statement_timeout = 0;',
		...(limits.serverVersion >= version17 ? ['SET transaction_timeout = 0;'] : []),
		// The review read the script's strings so.
		'SET standard_conforming_strings = on;',
	];
}
