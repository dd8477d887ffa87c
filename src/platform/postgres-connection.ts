import {readFileSync} from 'node:fs';
import type {FileHandle} from 'node:fs/promises';
import {setTimeout as delay} from 'node:timers/promises';
import pg from 'pg';
import {openNamelessFile} from './nameless-file.ts';

/** How to log in to one database of a PostgreSQL server. */
export interface PostgresLogin {
	/** Name, address, or the folder of a Unix socket. */
	readonly host: string;
	readonly port: number;
	readonly database: string;
	readonly user: string;
	readonly password: string;
	/** Null speaks in clear: for a socket, a private network or tests. */
	readonly ssl: PostgresSsl | null;
	/** Milliseconds; 10 s where not given. */
	readonly connectTimeoutMs?: number | undefined;
}

export interface PostgresSsl {
	/** libpq's words: `require` encrypts without looking at the certificate, `verify-full` checks it and its name. */
	readonly mode: 'require' | 'verify-full';
	/** File of the certificate authority, or null for the machine's own. */
	readonly caFile: string | null;
}

const defaultConnectTimeoutMs = 10_000;
/** A statement of Lockstep's own that takes longer than this has lost its server. Milliseconds. */
const answerTimeoutMs = 60_000;
/** How long a polite good-bye to the server may take. Milliseconds. */
const closeTimeoutMs = 1000;

/**
 * Opens a connection. No setting is sent with the start-up packet but application_name: a pooler may refuse any other.
 *
 * @throws The driver's own errors: see {@link faultOf}.
 */
export async function connectPostgres(login: PostgresLogin, applicationName: string): Promise<pg.Client> {
	const client = new pg.Client({
		host: login.host,
		port: login.port,
		database: login.database,
		user: login.user,
		password: login.password,
		ssl: driverSsl(login.ssl),
		application_name: applicationName,
		connectionTimeoutMillis: login.connectTimeoutMs ?? defaultConnectTimeoutMs,
		query_timeout: answerTimeoutMs,
		keepAlive: true,
	});
	// A connection that breaks while nobody asks it anything tells so here; the next question fails anyway.
	client.on('error', () => undefined);
	try {
		await client.connect();
		return client;
	} catch (error) {
		// Where the driver itself gives up, over an empty password for one, it leaves the connection open.
		await closePostgres(client);
		throw error;
	}
}

/** Closes a connection, also one whose server no longer answers. */
export async function closePostgres(client: pg.Client): Promise<void> {
	const giveUp = new AbortController();
	const closing = client.end().catch(() => undefined);
	await Promise.race([
		closing,
		delay(closeTimeoutMs, undefined, {signal: giveUp.signal, ref: false}).catch(() => undefined),
	]);
	giveUp.abort();
}

/** Host, port and database as people read them in messages: `db.internal:5432/shop`. */
export function endpointOf(login: Pick<PostgresLogin, 'host' | 'port'>): string {
	return `${login.host}:${login.port}`;
}

/** Where the child finds its password: always the first of its files. */
const passwordFile = '/dev/fd/3';

/** A libpq password file that fits every host; it has no name, so nothing is left of it. The caller closes it. */
export async function openPasswordFile(login: PostgresLogin): Promise<FileHandle> {
	return await openNamelessFile(`*:*:*:*:${login.password.replaceAll(/[\\:]/g, String.raw`\$&`)}\n`);
}

/**
 * The whole environment of psql, pg_dump or pg_restore; the password is in the child's first file.
 *
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 */
export function libpqEnvironment(login: PostgresLogin, applicationName: string): Readonly<Record<string, string>> {
	const timeoutSeconds = Math.max(2, Math.ceil((login.connectTimeoutMs ?? defaultConnectTimeoutMs) / 1000));
	return {
		PGHOST: login.host,
		PGPORT: String(login.port),
		PGDATABASE: login.database,
		PGUSER: login.user,
		PGPASSFILE: passwordFile,
		PGSSLMODE: login.ssl?.mode ?? 'disable',
		PGSSLROOTCERT: rootCertificateOf(login.ssl),
		PGGSSENCMODE: 'disable',
		PGCONNECT_TIMEOUT: String(timeoutSeconds),
		PGAPPNAME: applicationName,
		// psql skips a byte order mark only under this encoding.
		PGCLIENTENCODING: 'UTF8',
		// No file of the worker's home directory may change what the programs do.
		HOME: '/nonexistent',
	};
}

function rootCertificateOf(ssl: PostgresSsl | null): string {
	if (ssl?.mode !== 'verify-full') return '/nonexistent/root.crt';
	return ssl.caFile ?? '/etc/ssl/certs/ca-certificates.crt';
}

function driverSsl(ssl: PostgresSsl | null): pg.ClientConfig['ssl'] {
	if (ssl === null) return false;
	if (ssl.mode === 'require') return {rejectUnauthorized: false};
	return {rejectUnauthorized: true, ...(ssl.caFile === null ? {} : {ca: readFileSync(ssl.caFile, 'utf8')})};
}

export type PostgresFaultKind = 'unreachable' | 'login-failed' | 'permission' | 'busy' | 'disk-full' | 'other';

/** What went wrong between here and the server: the sentence says where, what and what to do, and holds no password. */
export interface PostgresFault {
	readonly kind: PostgresFaultKind;
	readonly sentence: string;
}

/** Reads an error of the driver's: a code of the system's, a SQLSTATE, or a sentence where the driver has no code. */
export function faultOf(error: unknown, login: PostgresLogin): PostgresFault {
	const message = error instanceof Error ? firstLine(error.message) : String(error);
	const code = codeOf(error);
	const where = `${endpointOf(login)}/${login.database}`;
	const kind = kindOf(code, message);
	return {kind, sentence: sentences[kind]({where, code, message, user: login.user})};
}

interface FaultWords {
	readonly where: string;
	readonly code: string;
	readonly message: string;
	readonly user: string;
}

const sentences: Readonly<Record<PostgresFaultKind, (words: FaultWords) => string>> = {
	unreachable: ({where, code, message}) =>
		`No answer from ${where} (${unreachableReason(code, message)}). Check that the server runs, and the target's host, port, database and TLS settings.`,
	'login-failed': ({where, message, user}) =>
		`${where} refused the login of ${user}: ${message}. Check the user and password configured for the target, and the server's pg_hba.conf.`,
	permission: ({where, message, user}) =>
		`${where} refused ${user}: ${message}. Grant the missing right, or configure another user.`,
	busy: ({where, message}) => `${where} is busy: ${message}. Try again later.`,
	'disk-full': ({where, message}) => `The disk of ${where} is full: ${message}. Make room on the server first.`,
	other: ({where, code, message}) => `${where} answered with an error${code === '' ? '' : ` (${code})`}: ${message}.`,
};

const kindsByCode: readonly (readonly [RegExp, PostgresFaultKind])[] = [
	[
		/^E(CONN|NOTFOUND|AI_AGAIN|TIMEDOUT|HOST|NET|PIPE|ADDR|PROTO)|^ENOENT$|_CERT|CERT_|SELF_SIGNED|^ERR_(TLS|SSL)/,
		'unreachable',
	],
	// Authorization, and "password authentication failed".
	[/^28/, 'login-failed'],
	// No such database; connection exceptions; the server starts, stops or was told to end us.
	[/^3D000$|^08|^57P0/, 'unreachable'],
	[/^42501$/, 'permission'],
	[/^53100$/, 'disk-full'],
	// Too many connections and other resources; a lock not had in time; a statement cancelled by its time limit; deadlock.
	[/^53|^55P03$|^57014$|^40/, 'busy'],
];

/** The driver's own errors without a code. */
const kindsByMessage: readonly (readonly [RegExp, PostgresFaultKind])[] = [
	[/SASL|SCRAM|client password/i, 'login-failed'],
	[/timeout|terminated|not support SSL|closed|not queryable|certificate/i, 'unreachable'],
];

function kindOf(code: string, message: string): PostgresFaultKind {
	const byCode = kindsByCode.find(([pattern]) => pattern.test(code))?.[1];
	if (byCode !== undefined || code !== '') return byCode ?? 'other';
	return kindsByMessage.find(([pattern]) => pattern.test(message))?.[1] ?? 'other';
}

const plainReasons: Readonly<Record<string, string>> = {
	ECONNREFUSED: 'connection refused: nothing listens there',
	ENOTFOUND: 'the host name is not known',
	EAI_AGAIN: 'the host name cannot be looked up now',
	ETIMEDOUT: 'no answer in time',
	ENOENT: 'no such socket or file',
};

function unreachableReason(code: string, message: string): string {
	return plainReasons[code] ?? message;
}

function codeOf(error: unknown): string {
	return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function firstLine(message: string): string {
	return (message.split('\n')[0] ?? '').replace(/\.$/, '');
}
