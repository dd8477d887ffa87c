import type {Power, ScriptStatement, SettingChange} from '../../script/parsed-script.ts';
import {objectToStatements, type Rule} from '../rule.ts';
import {sqlText} from '../sql-text.ts';

/** A migration changes one database. Programs, files, other servers and the roles' powers are none of its business. */
export const serverEscape: Rule = {
	id: 'server-escape',
	item: null,
	waivable: false,
	severity: 'blocker; warning for changes of roles without such powers',
	why: 'With it a script can leave the database: run programs, read files, reach other servers, or give itself more rights.',
	example: {
		of: 'migration',
		sql: "COPY orders FROM PROGRAM 'curl https://example.com/orders.csv';",
		instead: "INSERT INTO orders (id, status) VALUES (1, 'open');",
	},
	check: ({statements, pendingIds}) =>
		objectToStatements(statements, (statement, {migration}) => {
			const escape = escapeOf(statement);
			if (escape !== null) {
				return {
					severity: 'blocker',
					message: `${escape} reaches beyond what a migration may do to its database.`,
					remedy: `Take it out of the migration; what the server needs is set up by whoever runs it, outside of releases: ${sqlText(statement.text)}`,
				};
			}
			const role = statement.powers.find(({kind}) => kind === 'role-change');
			if (role === undefined || (migration !== null && !pendingIds.includes(migration))) return null;
			return {
				severity: 'warning',
				message: `It changes roles of the whole server (${role.name}).`,
				remedy: `Roles are shared by all databases of the server: have whoever runs it do this, outside of migrations: ${sqlText(statement.text)}`,
			};
		}),
};

const powerTexts: Readonly<Record<Power['kind'], string>> = {
	program: 'Running a program on the server',
	'server-file': 'A file on the server',
	'untrusted-language': 'The untrusted language',
	'untrusted-extension': 'The extension',
	'foreign-server': 'Another server',
	'server-setting': "The server's own settings or catalogs",
	'role-power': 'A right that steps over permission checks',
	'role-change': 'A change of roles',
	'owned-objects': 'Everything that a role owns',
	library: 'Loading a library',
};

/**
 * PostgreSQL documentation: "Generic File Access Functions", "Server Signaling Functions", "Backup Control Functions",
 * "Replication Management Functions", large objects, dblink; and the extensions that call out of the server.
 */
const escapingCalls = new RegExp(
	[
		String.raw`(?:^|\.)(?:pg_read_(?:binary_)?file(?:_off_len)?|pg_ls_\w+|pg_stat_file|pg_file_\w+|pg_logdir_ls|pg_logfile_rotate)$`,
		String.raw`(?:^|\.)(?:lo_import(?:_with_oid)?|lo_export|dblink\w*|pg_execute_server_program|postgres_fdw_\w+)$`,
		String.raw`(?:^|\.)(?:pg_reload_conf|pg_rotate_logfile\w*|pg_terminate_backend|pg_cancel_backend|pg_promote)$`,
		String.raw`(?:^|\.)(?:pg_switch_wal|pg_create_restore_point|pg_(?:start|stop)_backup|pg_backup_(?:start|stop)|pg_wal_replay_\w+)$`,
		String.raw`(?:^|\.)(?:pg_(?:create|copy|drop)_(?:physical|logical)?_?replication_slot|pg_replication_(?:slot|origin)_\w+)$`,
		String.raw`(?:^|\.)http_(?:get|post|put|patch|delete|head)$`,
		String.raw`^(?:net|aws_s3|aws_lambda|aws_commons)\.`,
	].join('|'),
	'u',
);

/** PostgreSQL documentation, SET ROLE and SET SESSION AUTHORIZATION: from here on with somebody else's rights. */
const identitySettings: ReadonlySet<string> = new Set(['role', 'session_authorization']);

function escapeOf({powers, calls, settings}: ScriptStatement): string | null {
	const power = powers.find(({kind}) => kind !== 'role-change');
	if (power !== undefined) return `${powerTexts[power.kind]} (${power.name})`;
	const identity = settings.find(({name}) => identitySettings.has(name));
	if (identity !== undefined) return identityText(identity);
	const call = calls.find((name) => escapingCalls.test(name));
	return call === undefined ? null : `${call}()`;
}

function identityText({action, name, value}: SettingChange): string {
	const [verb, setting] = [action.toUpperCase(), name.replace('_', ' ').toUpperCase()];
	return value === null ? `${verb} ${setting}` : `${verb} ${setting} (${value})`;
}
