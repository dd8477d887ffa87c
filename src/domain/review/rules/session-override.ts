import type {ScriptStatement} from '../../script/parsed-script.ts';
import {objectToStatements, type Rule} from '../rule.ts';

/** Lockstep runs the script under its own limits, name and lock, and finds its session by them. */
export const sessionOverride: Rule = {
	id: 'session-override',
	item: null,
	waivable: false,
	why: 'It would switch off what protects production while the script runs: lock limits, the fence against a second run, the role.',
	check: ({statements}) =>
		objectToStatements(statements, (statement) => {
			const what = overrideOf(statement);
			if (what === null) return null;
			return {
				severity: 'blocker',
				message: `${what} overrides what Lockstep sets for the session.`,
				remedy: "Take the statement out; limits, role and locks belong to the target's configuration.",
			};
		}),
};

const guardedSettings: ReadonlySet<string> = new Set([
	'?',
	'all',
	'application_name',
	'client_connection_check_interval',
	'idle_in_transaction_session_timeout',
	'idle_session_timeout',
	'lock_timeout',
	'role',
	'row_security',
	'session_authorization',
	'session_replication_role',
	'statement_timeout',
	'transaction_timeout',
]);

function overrideOf({settings, calls}: ScriptStatement): string | null {
	const setting = settings.find(({name}) => guardedSettings.has(name));
	if (setting !== undefined) {
		const name = setting.name === '?' ? 'a setting that is only known when it runs' : setting.name;
		return `${setting.action.toUpperCase()} of ${name}`;
	}
	const call = calls.find((name) => /(?:^|\.)pg_(?:try_)?advisory_/u.test(name));
	return call === undefined ? null : `${call}()`;
}
