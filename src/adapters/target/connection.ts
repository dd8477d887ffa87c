import type pg from 'pg';
import {Failure, type FailureCode} from '../../operations/ports/failure.ts';
import {
	closePostgres,
	connectPostgres,
	faultOf,
	type PostgresFaultKind,
	type PostgresLogin,
} from '../../platform/postgres-connection.ts';
import {quoteIdentifier} from './identifiers.ts';

/** One target as the worker knows it, secrets resolved. The login is that of the user who applies. */
export interface TargetSettings extends PostgresLogin {
	readonly name: string;
	/** Assumed by SET ROLE before a script, and wherever the question is what a script would see; null for none. */
	readonly role: string | null;
	/** The target's history tables as configured, as written in SQL, quotes included. */
	readonly historyTables: readonly string[];
	/** psql prints no command tags; true where not given. */
	readonly quiet?: boolean;
	/** What the sessions call themselves; {@link applicationName} where not given. */
	readonly sessionName?: string;
}

/** Every session of Lockstep's begins its application_name so; the server cuts it at 63 bytes. */
export const applicationName = 'lockstep';

const codes: Readonly<Record<PostgresFaultKind, FailureCode>> = {
	unreachable: 'target-unreachable',
	'login-failed': 'target-login-failed',
	permission: 'target-permission',
	busy: 'target-busy',
	'disk-full': 'disk-full',
	other: 'target-failed',
};

/** Opens a connection, lends it, closes it. What the server or the way to it refuses comes as a Failure. */
export async function withClient<T>(settings: TargetSettings, work: (client: pg.Client) => Promise<T>): Promise<T> {
	try {
		const client = await connectPostgres(settings, settings.sessionName ?? applicationName);
		try {
			return await work(client);
		} finally {
			await closePostgres(client);
		}
	} catch (error) {
		throw failureOf(error, settings);
	}
}

/** Milliseconds a reading statement may take, and may wait for a lock. */
const readingLimits = {statementMs: 30_000, lockMs: 2000} as const;

/**
 * Lends a connection inside one read-only transaction. All settings are local to it: behind a pooler in transaction mode
 * a plain SET would stay on a connection that is the application's next.
 *
 * @param as `role` looks with the rights and the search path of the role that scripts run as.
 */
export async function withReading<T>(
	settings: TargetSettings,
	as: 'user' | 'role',
	work: (client: pg.Client) => Promise<T>,
): Promise<T> {
	return await withClient(settings, async (client) => {
		await client.query(openingOf(as === 'role' ? settings.role : null));
		const result = await work(client);
		await client.query('COMMIT');
		return result;
	});
}

function openingOf(role: string | null): string {
	return [
		'BEGIN TRANSACTION READ ONLY',
		`SET LOCAL statement_timeout = ${readingLimits.statementMs}`,
		`SET LOCAL lock_timeout = ${readingLimits.lockMs}`,
		...(role === null ? [] : [`SET LOCAL ROLE ${quoteIdentifier(role)}`]),
	].join('; ');
}

/** Failures and bugs pass as they are; what the driver, the system or the server said is put into words. */
function failureOf(error: unknown, settings: TargetSettings): unknown {
	if (error instanceof Failure || isBug(error)) return error;
	const fault = faultOf(error, settings);
	return new Failure(codes[fault.kind], fault.sentence, {cause: error});
}

function isBug(error: unknown): boolean {
	const fromSystem = error instanceof Error && 'code' in error;
	return !fromSystem && (error instanceof TypeError || error instanceof RangeError || error instanceof ReferenceError);
}

/** The row of a query that always answers with one. */
export function onlyRow<Row>(rows: readonly Row[]): Row {
	const [row] = rows;
	if (row === undefined) throw new TypeError('A query that always answers with a row answered with none.');
	return row;
}
