import {
	identifierText,
	tableText,
	type ConstraintDefinition,
	type SchemaChange,
} from '../../domain/script/schema-change.ts';
import type {TableName} from '../../domain/script/table-name.ts';

/** What a change changes, as a person would name it: `orders`, `orders.note`, `fk_lines on orders`. */
export function changedObject(change: SchemaChange): string {
	switch (change.kind) {
		case 'add-column':
		case 'drop-column':
		case 'rename-column':
		case 'alter-type':
		case 'set-not-null':
		case 'drop-not-null':
		case 'set-default':
			return `${tableText(change.table)}.${identifierText(change.column)}`;
		case 'add-constraint':
			return on(change.table, constraintName(change));
		case 'validate-constraint':
		case 'drop-constraint':
		case 'create-trigger':
			return on(change.table, identifierText(change.name));
		case 'create-index':
			return change.name === null ? on(change.table, 'index') : identifierText(change.name);
		case 'drop-index':
		case 'rename-index':
			return tableText(change.index);
		case 'create-schema':
		case 'drop-schema':
		case 'rename-schema':
			return identifierText(change.schema);
		case 'create-view':
			return tableText(change.view);
		case 'create-enum':
		case 'add-enum-value':
			return tableText(change.type);
		case 'other':
			return change.table === null ? change.tag : tableText(change.table);
		case 'create-table':
		case 'drop-table':
		case 'rename-table':
		case 'data-change':
			return tableText(change.table);
		default:
			return unknownKind(change);
	}
}

function on(table: TableName, name: string): string {
	return `${name} on ${tableText(table)}`;
}

function constraintName({name, constraint}: ConstraintDefinition): string {
	return name === null ? constraint.replaceAll('-', ' ') : identifierText(name);
}

/** The compiler demands a case for every kind. */
function unknownKind(change: never): never {
	throw new TypeError(`There is no name for ${JSON.stringify(change)}.`);
}
