import {statementsOf} from './sql-text.ts';
import {asHandedOver, shapeOf, type Shape} from './statement-shape.ts';

/**
 * The words of the bodies of routines that a statement creates. A body runs when somebody calls the routine; the review
 * tells the statement that creates it.
 */
export function routineBodies(sql: string): readonly Shape[] {
	if (!/\b(?:FUNCTION|PROCEDURE)\b/iu.test(sql)) return [];
	const texts = quotedBodies(sql);
	// BEGIN ATOMIC: the body's words are words of the statement.
	return [...texts, sql].map((text) => asHandedOver(shapeOf(text)));
}

function quotedBodies(sql: string): readonly string[] {
	return (statementsOf(sql) ?? []).flatMap((node) => {
		if (!('CreateFunctionStmt' in node)) return [];
		return (node.CreateFunctionStmt.options ?? []).flatMap((option) => {
			if (!('DefElem' in option) || option.DefElem.defname !== 'as') return [];
			const value = option.DefElem.arg;
			const items = value !== undefined && 'List' in value ? (value.List.items ?? []) : [];
			return items.flatMap((item) => ('String' in item ? [item.String.sval ?? ''] : []));
		});
	});
}
