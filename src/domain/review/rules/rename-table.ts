import {identifierText, tableText} from '../../script/schema-change.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook, checklist: "no destructive rename". SET SCHEMA is a rename to all who use the old name. */
export const renameTable: Rule = {
	id: 'rename-table',
	item: 'no-destructive-rename',
	waivable: true,
	why: 'The version that runs now uses the old name until the new one is deployed: every query of it fails in between.',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable, facts}) => {
			if (onNewTable || facts?.exists === false) return null;
			if (change.kind === 'rename-schema') {
				const [from, to] = [identifierText(change.schema), identifierText(change.to)];
				return {
					severity: 'blocker',
					destructive: true,
					message: `Renames schema ${from} to ${to}: every table in it gets another name.`,
					remedy: `Create ${to}, move the tables over two releases, and leave views behind in ${from}.`,
				};
			}
			if (change.kind !== 'rename-table') return null;
			const [from, to] = [tableText(change.table), tableText(change.to)];
			const remedy = `Keep the old name usable for one release: CREATE VIEW ${from} AS SELECT * FROM ${to}; in the same migration, and drop the view in the next.`;
			if (isEmpty(facts)) {
				return {severity: 'notice', message: `Renames table ${from} to ${to}: it holds no row.`, remedy};
			}
			const message = `Renames table ${from} to ${to} (${rowsText(facts)}).`;
			return {severity: 'blocker', destructive: true, message, remedy};
		}),
};
