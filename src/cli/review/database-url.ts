import type {PostgresLogin, PostgresSsl} from '../../platform/postgres-connection.ts';
import {unusable, type Unusable} from './unusable.ts';

export interface DatabaseAddress extends Omit<PostgresLogin, 'ssl'> {
	readonly ssl: PostgresSsl | 'prefer' | null;
}

const shape =
	'Write --database as postgresql://user@host:5432/database; in names and passwords @ : / ? # and % are written as %40, %3A, %2F, %3F, %23 and %25.';

/**
 * Reads a connection URL as libpq would, as far as a review needs. No sentence repeats any of it: where a password holds
 * characters that a URL does not take, nobody can say which part of it is the password.
 *
 * @param env For what the URL leaves out: PGUSER, PGSSLMODE, PGSSLROOTCERT. The driver itself looks up PGPASSWORD.
 * @param systemUser Who logs in where nothing says otherwise.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function parseDatabaseUrl(
	text: string,
	env: Readonly<Record<string, string | undefined>>,
	systemUser: string,
): DatabaseAddress | Unusable {
	const url = URL.canParse(text) ? new URL(text) : null;
	const isPostgres = url?.protocol === 'postgresql:' || url?.protocol === 'postgres:';
	if (url === null || !isPostgres || isAmbiguous(url)) return unusable(`That is no address of a database. ${shape}`);
	const parameters = new Map(url.searchParams);
	const unknown = [...parameters.keys()].filter((name) => !knownParameters.includes(name));
	if (unknown.length > 0) {
		return unusable(
			`The address of the database has a setting that is not known; there are ${knownParameters.join(', ')}.`,
		);
	}
	try {
		return addressOf(url, parameters, env, systemUser);
	} catch (error) {
		// A percent sign that begins no character.
		if (error instanceof URIError) return unusable(`That is no address of a database. ${shape}`);
		throw error;
	}
}

const knownParameters = ['host', 'port', 'user', 'password', 'dbname', 'sslmode', 'sslrootcert', 'connect_timeout'];

/** What follows a password's `#`, `/` or `?` would be taken for something else, and be shown. */
function isAmbiguous(url: URL): boolean {
	const path = url.pathname.slice(1);
	return url.hash !== '' || path.includes('@') || path.includes('/') || url.search.includes('@');
}

function addressOf(
	url: URL,
	parameters: ReadonlyMap<string, string>,
	env: Readonly<Record<string, string | undefined>>,
	systemUser: string,
): DatabaseAddress | Unusable {
	const host = first(
		parameters.get('host'),
		decodeURIComponent(url.hostname).replace(/^\[(.*)\]$/u, '$1'),
		'localhost',
	);
	const port = Number(first(parameters.get('port'), url.port, '5432'));
	const user = first(parameters.get('user'), decodeURIComponent(url.username), env['PGUSER'], systemUser);
	const seconds = Number(first(parameters.get('connect_timeout'), '10'));
	if (!Number.isInteger(port) || port < 1 || port > 65_535) return unusable(`A port is 1 to 65535. ${shape}`);
	if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) {
		return unusable('connect_timeout is a number of seconds, 1 to 600.');
	}
	const ssl = sslOf(
		first(parameters.get('sslmode'), env['PGSSLMODE'], 'prefer'),
		first(parameters.get('sslrootcert'), env['PGSSLROOTCERT']),
	);
	if (ssl !== null && typeof ssl === 'object' && 'kind' in ssl) return ssl;
	return {
		host,
		port,
		user,
		database: first(parameters.get('dbname'), decodeURIComponent(url.pathname.slice(1)), user),
		// Empty: the driver then looks at PGPASSWORD and the password file.
		password: first(parameters.get('password'), decodeURIComponent(url.password)),
		// A Unix socket is not encrypted.
		ssl: host.startsWith('/') ? null : ssl,
		connectTimeoutMs: seconds * 1000,
	};
}

/** libpq's `allow` differs from `prefer` in the order of its attempts alone; `verify-ca` gets the stricter check. */
function sslOf(mode: string, caFile: string): PostgresSsl | 'prefer' | null | Unusable {
	switch (mode) {
		case 'disable':
			return null;
		case 'allow':
		case 'prefer':
			return 'prefer';
		case 'require':
			return {mode: 'require', caFile: null};
		case 'verify-ca':
		case 'verify-full':
			return {mode: 'verify-full', caFile: caFile === '' || caFile === 'system' ? null : caFile};
		default:
			return unusable('sslmode is disable, allow, prefer, require, verify-ca or verify-full.');
	}
}

function first(...values: readonly (string | undefined)[]): string {
	return values.find((value) => value !== undefined && value !== '') ?? '';
}
