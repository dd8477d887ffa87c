import {identifierText, tableText} from '../../script/schema-change.ts';
import {isEmpty, rowsText} from '../rows.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** PostgreSQL documentation, ALTER TABLE: without a default every existing row gets NULL, which NOT NULL refuses. */
export const notNullWithoutDefault: Rule = {
	id: 'not-null-without-default',
	item: 'not-null-filled',
	waivable: true,
	why: 'PostgreSQL refuses the statement as soon as the table holds one row ("column contains null values").',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable, facts}) => {
			if (change.kind !== 'add-column' || !change.notNull || change.hasDefault) return null;
			if (onNewTable || isEmpty(facts)) return null;
			const [table, column] = [tableText(change.table), identifierText(change.column)];
			return {
				severity: 'blocker',
				message: `Adds column ${table}.${column} NOT NULL without a default; the table has ${rowsText(facts)}.`,
				remedy: `Add it nullable, fill it, then set it: ALTER TABLE ${table} ADD ${column} ${change.type}; UPDATE ${table} SET ${column} = …; ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL; or give it a default: ALTER TABLE ${table} ADD ${column} ${change.type} NOT NULL DEFAULT …;`,
			};
		}),
};
