import {isHistoryDdl} from '../../script/ef-frame.ts';
import type {ScriptStatement} from '../../script/parsed-script.ts';
import {objectToStatements, type Rule} from '../rule.ts';
import {sqlText} from '../sql-text.ts';

/** Runbook: scripts are generated with --idempotent and safe to run again. */
export const notIdempotent: Rule = {
	id: 'not-idempotent',
	item: null,
	waivable: false,
	severity: 'blocker',
	why: 'It runs every time the script runs, whatever the history says: nothing records that it was done.',
	example: {
		of: 'file',
		sql: "UPDATE orders SET status = 'open' WHERE status IS NULL;",
		instead: "Write it in the migration, migrationBuilder.Sql(…), so that EF puts it under the migration's guard.",
	},
	check: ({statements, frame}) =>
		objectToStatements(statements, (statement, {migration}) => {
			if (migration !== null || isHarmless(statement) || isHistoryDdl(statement, frame)) return null;
			return {
				severity: 'blocker',
				message: `${statement.tag} stands outside of every migration's guard.`,
				remedy: `Put it into a migration and generate the script again with --idempotent: migrationBuilder.Sql("${sqlText(statement.text)}");`,
			};
		}),
};

/** Transaction commands, settings (another rule looks at those), and reading without calling anything. */
function isHarmless({changes, calls, transactionStep, settings, tag, powers}: ScriptStatement): boolean {
	if (transactionStep !== null) return true;
	if (tag === 'DYNAMIC' || tag === 'DO' || changes.length > 0 || powers.length > 0) return false;
	return calls.length === 0 || (settings.length > 0 && calls.every((call) => call.endsWith('set_config')));
}
