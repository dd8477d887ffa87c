import {identifierText, tableText, type AddColumn} from '../../script/schema-change.ts';
import {hasValues} from '../column-history.ts';
import {objectToChanges, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/** PostgreSQL documentation, ALTER TABLE: without a default every existing row gets NULL, which NOT NULL refuses. */
export const notNullWithoutDefault: Rule = {
	id: 'not-null-without-default',
	item: 'not-null-filled',
	waivable: true,
	severity: 'blocker',
	why: 'PostgreSQL refuses the statement as soon as the table holds one row ("column contains null values").',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ADD note text NOT NULL;',
		instead: "ALTER TABLE orders ADD note text NOT NULL DEFAULT 'none';",
	},
	check: (context) =>
		objectToChanges(context, (reviewed) => {
			const {change, facts, size} = reviewed;
			if (change.kind !== 'add-column' || !change.notNull || hasValues(change) || size === 'empty') return null;
			if (change.ifNotExists && facts?.columns.some(({name}) => name === change.column) === true) return null;
			return {
				severity: 'blocker',
				message: `Adds ${identifierText(change.column)} to ${sizedTableOf(reviewed)} NOT NULL and without a default.`,
				remedy: remedy(change),
			};
		}),
};

function remedy(change: AddColumn): string {
	const [table, column] = [tableText(change.table), identifierText(change.column)];
	return `Give it a default, ALTER TABLE ${table} ADD ${column} ${change.type} NOT NULL DEFAULT …; or add it nullable, fill it, then set it: ALTER TABLE ${table} ADD ${column} ${change.type}; UPDATE ${table} SET ${column} = …; ALTER TABLE ${table} ALTER COLUMN ${column} SET NOT NULL;`;
}
