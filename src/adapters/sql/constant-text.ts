import type {Node} from 'libpg-query';
import type {SettingChange} from '../../domain/script/parsed-script.ts';
import {fieldsOf, isNullConstant, listOf, literalText, stringsOf} from './tree.ts';

/**
 * The text of an expression that says nothing but constants: a literal, literals joined by `||`, `format()` of literals.
 * Null for anything else.
 */
export function constantTextOf(node: Node | undefined): string | null {
	return literalText(node) ?? joinedText(node) ?? formattedText(node);
}

/**
 * The one expression of `SELECT <expression>`, as PL/pgSQL computes its values; none where more stands there. PL/pgSQL
 * takes FROM, WHERE and the rest of a SELECT in any expression, and they may call functions.
 */
export function selectedValue(statement: Node | null): Node | undefined {
	const select = fieldsOf(statement ?? undefined, 'SelectStmt');
	if (select === null || Object.keys(select).some((key) => !valueFields.has(key))) return undefined;
	const targets = listOf(select.targetList, 'ResTarget');
	return targets.length === 1 ? targets[0]?.val : undefined;
}

const valueFields: ReadonlySet<string> = new Set(['targetList', 'limitOption', 'op']);

/**
 * From such a statement on, `format` and `||` may be others than PostgreSQL's own. Unless the search path says otherwise,
 * pg_catalog comes first (documentation, "Schemas"); a better match of the arguments wins all the same.
 */
export function redefinesText(node: Node, settings: readonly SettingChange[]): boolean {
	const movesPath = settings.some(({name, value}) => {
		return (name === 'search_path' || name === '?') && (value === null || /pg_catalog/iu.test(value));
	});
	if (movesPath) return true;
	const routine = fieldsOf(node, 'CreateFunctionStmt');
	if (routine !== null) return stringsOf(routine.funcname).at(-1) === 'format';
	if (fieldsOf(node, 'DefineStmt')?.kind === 'OBJECT_OPERATOR') return true;
	const moved = fieldsOf(node, 'AlterObjectSchemaStmt')?.objectType ?? fieldsOf(node, 'RenameStmt')?.renameType;
	return moved !== undefined && movable.has(moved);
}

const movable: ReadonlySet<string> = new Set([
	'OBJECT_FUNCTION',
	'OBJECT_PROCEDURE',
	'OBJECT_ROUTINE',
	'OBJECT_OPERATOR',
	'OBJECT_SCHEMA',
]);

function joinedText(node: Node | undefined): string | null {
	const expression = fieldsOf(node, 'A_Expr');
	if (expression?.kind !== 'AEXPR_OP' || !isOwnName(stringsOf(expression.name), '||')) return null;
	const left = constantTextOf(expression.lexpr);
	const right = left === null ? null : constantTextOf(expression.rexpr);
	return left === null || right === null ? null : left + right;
}

/** PostgreSQL documentation, "String Functions and Operators", format. Widths and flags are not read. */
function formattedText(node: Node | undefined): string | null {
	const call = fieldsOf(node, 'FuncCall');
	if (call === null || !isOwnName(stringsOf(call.funcname), 'format') || !isPlainCall(call)) return null;
	const [format, ...values] = call.args ?? [];
	const text = literalText(format);
	return text === null ? null : filledIn(text, values);
}

function isOwnName(parts: readonly string[], name: string): boolean {
	const [first] = parts.length === 1 ? [name] : parts;
	return parts.at(-1) === name && (parts.length === 1 || (parts.length === 2 && first === 'pg_catalog'));
}

/** No VARIADIC, FILTER, OVER, DISTINCT or ORDER BY. */
function isPlainCall(call: object): boolean {
	return Object.keys(call).every((key) => ['funcname', 'args', 'funcformat', 'location'].includes(key));
}

function filledIn(format: string, values: readonly Node[]): string | null {
	let next = 0;
	let isReadable = true;
	const text = format.replaceAll(placeholder, (_found, position: string | undefined, type: string | undefined) => {
		if (type === '%' && position === undefined) return '%';
		const index = position === undefined ? next : Number(position) - 1;
		next = index + 1;
		const value = type === undefined ? null : written(type, values[index]);
		if (value === null) isReadable = false;
		return value ?? '';
	});
	return isReadable ? text : null;
}

/** A per cent sign that is followed by something else has no type: that is not read. */
const placeholder = /%(?:(?:(\d+)\$)?([sIL%]))?/gu;

function written(type: string, value: Node | undefined): string | null {
	if (value === undefined || type === '%') return null;
	if (isNullConstant(value)) return type === 's' ? '' : type === 'L' ? 'NULL' : null;
	const text = literalText(value) ?? integerText(value);
	if (text === null || type === 's') return text;
	return type === 'I' ? `"${text.replaceAll('"', '""')}"` : quotedLiteral(text);
}

function integerText(value: Node): string | null {
	const constant = fieldsOf(value, 'A_Const');
	return constant?.ival === undefined ? null : String(constant.ival.ival ?? 0);
}

/** As quote_literal() writes it. */
function quotedLiteral(text: string): string {
	const quoted = `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
	return text.includes('\\') ? `E${quoted}` : quoted;
}
