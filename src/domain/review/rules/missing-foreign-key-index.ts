import {identifierText, tableText} from '../../script/schema-change.ts';
import {columnList} from '../constraint-sql.ts';
import {newForeignKeys, type NewForeignKey} from '../known-keys.ts';
import {object, type Rule} from '../rule.ts';

/**
 * PostgreSQL documentation, "Constraints", Foreign Keys: "it is often a good idea to index the referencing columns too",
 * for PostgreSQL does not do so itself.
 */
export const missingForeignKeyIndex: Rule = {
	id: 'missing-foreign-key-index',
	item: null,
	waivable: true,
	severity: 'notice',
	why: 'Each DELETE or change of key in the table that is referred to reads the whole referring table to find its rows. EF Core makes such an index by itself; a key written by hand, or an index dropped later, lacks it.',
	example: {
		of: 'migration',
		sql: `CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id));`,
		instead: `CREATE TABLE customers (id bigint PRIMARY KEY);
CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers (id));
CREATE INDEX ix_orders_customer_id ON orders (customer_id);`,
	},
	check: (context) =>
		newForeignKeys(context)
			.filter(({indexed}) => indexed === false)
			.map((key) =>
				object(key.at, {
					severity: 'notice',
					message: `No index of ${tableText(key.table)} begins with the columns of ${nameText(key)}.`,
					remedy: remedy(key),
				}),
			),
};

function nameText({name, columns}: NewForeignKey): string {
	return `foreign key ${name === null ? `(${columnList(columns)})` : identifierText(name)}`;
}

function remedy({table, columns, onNewTable, facts}: NewForeignKey): string {
	const index = identifierText(['IX', table.name, ...columns].join('_'));
	const target = `${index} ON ${tableText(table)} (${columnList(columns)});`;
	const isEmpty = onNewTable || facts?.empty === true;
	return isEmpty
		? `Add one: CREATE INDEX ${target}`
		: `Build one before the release, outside of EF's blocks: CREATE INDEX CONCURRENTLY IF NOT EXISTS ${target}`;
}
