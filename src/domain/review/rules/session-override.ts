import {historyOf, type EfFrame} from '../../script/ef-frame.ts';
import type {ScriptStatement, SettingChange} from '../../script/parsed-script.ts';
import {objectToStatements, type Judgement, type Rule} from '../rule.ts';
import {sqlText} from '../sql-text.ts';

/**
 * Lockstep runs the script under its own limits, name and lock, and finds its session by them. SET ROLE and SET SESSION
 * AUTHORIZATION are server-escape's.
 */
export const sessionOverride: Rule = {
	id: 'session-override',
	item: null,
	waivable: false,
	severity: 'blocker; warning for a search_path under which the guards would look for the history elsewhere',
	why: 'It would switch off what protects production while the script runs, or what tells afterwards what happened: lock limits, the fence against a second run, the log.',
	example: {
		of: 'migration',
		sql: 'SET lock_timeout = 0;',
		instead: "Leave it out: the target's configuration says how long a statement may wait for its lock.",
	},
	check: ({statements, frame}) =>
		objectToStatements(statements, (statement) => {
			const what = overrideOf(statement);
			if (what === null) return historyOf(frame).schema === null && movesSearchPath(statement) ? moved(frame) : null;
			return {
				severity: 'blocker',
				message: `${what} overrides what Lockstep sets for the session or relies on.`,
				remedy: `Take it out; limits, locks and logging belong to the target's configuration: ${sqlText(statement.text)}`,
			};
		}),
};

/** A function's own SET holds while the function runs; an empty path makes the guards fail, and nothing is run. */
function movesSearchPath({settings, tag}: ScriptStatement): boolean {
	if (/^(?:CREATE|ALTER) /u.test(tag)) return false;
	return settings.some(({name, action, value}) => name === 'search_path' && action === 'set' && value !== '');
}

function moved({historyTable}: EfFrame): Judgement {
	return {
		severity: 'warning',
		message: `From here on the guards look for ${historyTable} in another schema: where one has a history of its own, it decides what runs.`,
		remedy:
			"Write the schema before the names instead, or give EF the history's: MigrationsHistoryTable(name, schema).",
	};
}

/** PostgreSQL documentation, "Server Configuration": what limits, names, fences or records a session; `?` is known only when it runs. */
const guardedSettings: ReadonlySet<string> = new Set([
	'?',
	'all',
	'allow_system_table_mods',
	'application_name',
	'client_connection_check_interval',
	'deadlock_timeout',
	'default_transaction_read_only',
	'dynamic_library_path',
	'event_triggers',
	'idle_in_transaction_session_timeout',
	'idle_session_timeout',
	'ignore_checksum_failure',
	'local_preload_libraries',
	'lock_timeout',
	'row_security',
	'session_preload_libraries',
	'session_replication_role',
	'statement_timeout',
	'synchronous_commit',
	'track_activities',
	'track_counts',
	'transaction_read_only',
	'transaction_timeout',
	'zero_damaged_pages',
]);

/** Logging, and the extension that keeps the audit trail. */
const recordingSettings = /^(?:log_\w+|pgaudit\.\w+)$/u;

/** Session locks are the fence against a second run; statistics say what is used (documentation, "Statistics Functions"). */
const guardedCalls = /(?:^|\.)(?:pg_(?:try_)?advisory_\w+|pg_stat_reset\w*|pg_stat_statements_reset)$/u;

function overrideOf(statement: ScriptStatement): string | null {
	const setting = statement.settings.find(({name}) => guardedSettings.has(name) || recordingSettings.test(name));
	if (setting !== undefined) return settingText(setting);
	if (isReadOnlySession(statement)) return 'SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY';
	const call = statement.calls.find((name) => guardedCalls.test(name));
	return call === undefined ? null : `${call}()`;
}

function settingText({name, action}: SettingChange): string {
	return `${action.toUpperCase()} of ${name === '?' ? 'a setting that is only known when it runs' : name}`;
}

/** The isolation of transactions may be set; that all later ones only read would make them fail. */
function isReadOnlySession({tag, text}: ScriptStatement): boolean {
	return tag === 'SET' && /^\s*SET\s+SESSION\s+CHARACTERISTICS\b.*\bREAD\s+ONLY\b/isu.test(text);
}
