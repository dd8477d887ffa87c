import type {Power, ScriptStatement} from '../../script/parsed-script.ts';
import {objectToStatements, type Rule} from '../rule.ts';

/** A migration changes one database. Programs, files, other servers and the roles' powers are none of its business. */
export const serverEscape: Rule = {
	id: 'server-escape',
	item: null,
	waivable: false,
	why: 'With it a script can leave the database: run programs, read files, reach other servers, or give itself more rights.',
	check: ({statements, pendingIds}) =>
		objectToStatements(statements, (statement, {migration}) => {
			const escape = escapeOf(statement);
			if (escape !== null) {
				return {
					severity: 'blocker',
					message: `${escape} reaches beyond the database.`,
					remedy:
						'Take it out of the migration; what the server needs is set up by whoever runs it, outside of releases.',
				};
			}
			const role = statement.powers.find(({kind}) => kind === 'role-change');
			if (role === undefined || (migration !== null && !pendingIds.includes(migration))) return null;
			return {
				severity: 'warning',
				message: `It changes roles of the whole server (${role.name}).`,
				remedy: 'Roles are shared by all databases of the server: set them up outside of migrations.',
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
	library: 'Loading a library',
};

/** PostgreSQL documentation: "Generic File Access Functions", "Server Signaling Functions", large objects, dblink. */
const escapingCalls =
	/(?:^|\.)(?:pg_read_(?:binary_)?file|pg_ls_\w+|pg_stat_file|pg_file_\w+|pg_logdir_ls|lo_import|lo_export|dblink\w*|pg_reload_conf|pg_rotate_logfile|pg_terminate_backend|pg_cancel_backend|pg_promote|pg_switch_wal|pg_create_restore_point|pg_execute_server_program)$/u;

function escapeOf({powers, calls}: ScriptStatement): string | null {
	const power = powers.find(({kind}) => kind !== 'role-change');
	if (power !== undefined) return `${powerTexts[power.kind]} (${power.name})`;
	const call = calls.find((name) => escapingCalls.test(name));
	return call === undefined ? null : `${call}()`;
}
