import type {Constraint as ConstraintNode, ConstrType, Node} from 'libpg-query';
import type {ConstraintDefinition, ConstraintKind} from '../../domain/script/schema-change.ts';
import {fieldsOf, listOf, stringsOf, tableOfRange, visitNodes} from './tree.ts';

/** @param column The column that it was written at; of a table's own constraint, none. */
export function constraintOf(node: ConstraintNode | null, column: string | null): ConstraintDefinition | null {
	const constraint = node?.contype === undefined ? undefined : kinds[node.contype];
	if (node === null || constraint === undefined) return null;
	const columns = columnsOf(node, constraint);
	const isProof = constraint === 'check' && node.is_enforced === true;
	return {
		constraint,
		name: node.conname ?? null,
		columns: columns.length === 0 && column !== null ? [column] : columns,
		references: node.pktable === undefined ? null : tableOfRange(node.pktable),
		notValid: node.skip_validation ?? false,
		usingIndex: node.indexname !== undefined,
		provesNotNull: isProof ? [...new Set(provenColumns(node.raw_expr))] : [],
	};
}

/**
 * Constraints written at a column. NOT NULL is told by the column itself. What follows a constraint and says more about
 * it (NOT ENFORCED, from PostgreSQL 18) is a node of its own.
 */
export function columnConstraints(nodes: readonly ConstraintNode[], column: string): readonly ConstraintDefinition[] {
	return nodes.flatMap((node, index) => {
		const definition = constraintOf(node, column);
		if (definition === null || definition.constraint === 'not-null') return [];
		const isEnforced = !attributesAfter(nodes, index).includes('CONSTR_ATTR_NOT_ENFORCED');
		return [isEnforced ? definition : {...definition, notValid: true, provesNotNull: []}];
	});
}

function attributesAfter(nodes: readonly ConstraintNode[], index: number): readonly (ConstrType | undefined)[] {
	const following = nodes.slice(index + 1).map(({contype}) => contype);
	const end = following.findIndex((contype) => contype?.startsWith('CONSTR_ATTR_') !== true);
	return end === -1 ? following : following.slice(0, end);
}

const kinds: Readonly<Partial<Record<ConstrType, ConstraintKind>>> = {
	CONSTR_PRIMARY: 'primary-key',
	CONSTR_UNIQUE: 'unique',
	CONSTR_FOREIGN: 'foreign-key',
	CONSTR_CHECK: 'check',
	CONSTR_EXCLUSION: 'exclude',
	CONSTR_NOTNULL: 'not-null',
};

function columnsOf(node: ConstraintNode, constraint: ConstraintKind): readonly string[] {
	switch (constraint) {
		case 'foreign-key':
			return stringsOf(node.fk_attrs);
		case 'check':
			return columnsRead(node.raw_expr);
		case 'exclude':
			return listOf(node.exclusions, 'List').flatMap(({items}) => fieldsOf(items?.[0], 'IndexElem')?.name ?? []);
		case 'primary-key':
		case 'unique':
		case 'not-null':
			return stringsOf(node.keys);
	}
}

/** Each column once; a table's name before it is left out. */
function columnsRead(expression: Node | undefined): readonly string[] {
	const columns = new Set<string>();
	visitNodes(expression, (tag, node) => {
		const name = tag === 'ColumnRef' ? columnName(node) : null;
		if (name !== null) columns.add(name);
	});
	return [...columns];
}

function provenColumns(expression: Node | undefined): readonly string[] {
	const all = fieldsOf(expression, 'BoolExpr');
	if (all?.boolop === 'AND_EXPR') return (all.args ?? []).flatMap((part) => provenColumns(part));
	const test = fieldsOf(expression, 'NullTest');
	const column = test?.nulltesttype === 'IS_NOT_NULL' ? columnName(test.arg) : null;
	return column === null ? [] : [column];
}

/** Null where the node is no column, or `*`. */
export function columnName(node: Node | undefined): string | null {
	const last = fieldsOf(node, 'ColumnRef')?.fields?.at(-1);
	return fieldsOf(last, 'String')?.sval ?? null;
}
