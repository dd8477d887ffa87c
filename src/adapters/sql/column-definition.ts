import type {ColumnDef, Constraint as ConstraintNode, ConstrType} from 'libpg-query';
import type {ColumnDefinition} from '../../domain/script/schema-change.ts';
import {callsBelow, isNullConstant, listOf, stringsOf} from './tree.ts';
import {writtenPart, type WrittenSql} from './written-part.ts';

/** A column as CREATE TABLE and ADD COLUMN define it; its constraints but NOT NULL are not told here. */
export function columnDefinition(definition: ColumnDef, sql: WrittenSql): ColumnDefinition {
	const constraints = listOf(definition.constraints, 'Constraint');
	const has = (type: ConstrType): boolean => constraints.some(({contype}) => contype === type);
	const own = constraints.find(({contype}) => contype === 'CONSTR_DEFAULT');
	// DEFAULT NULL says what holds without it.
	const defaulted = own === undefined || isNullConstant(own.raw_expr) ? null : own;
	const generated = generatedOf(definition, constraints);
	return {
		column: definition.colname ?? '',
		type: typeText(definition, sql),
		notNull: has('CONSTR_NOTNULL') || has('CONSTR_PRIMARY') || generated === 'identity' || generated === 'serial',
		hasDefault: defaulted !== null || generated !== null,
		defaultText: defaulted === null ? null : defaultText(defaulted, constraints, sql),
		defaultCalls: callsBelow(defaulted?.raw_expr),
		generated,
	};
}

function generatedOf(definition: ColumnDef, constraints: readonly ConstraintNode[]): ColumnDefinition['generated'] {
	if (constraints.some(({contype}) => contype === 'CONSTR_IDENTITY')) return 'identity';
	const computed = constraints.find(({contype}) => contype === 'CONSTR_GENERATED');
	if (computed !== undefined) return computed.generated_kind === 'v' ? 'virtual' : 'stored';
	return isSerial(definition) ? 'serial' : null;
}

/** PostgreSQL documentation, "Serial Types": smallserial, serial, bigserial and their short names. */
function isSerial({typeName}: ColumnDef): boolean {
	const [name, ...further] = stringsOf(typeName?.names);
	return further.length === 0 && /^(?:small|big)?serial$|^serial[248]$/u.test(name ?? '');
}

/** What may follow a type without being one of its words. PostgreSQL documentation, "CREATE TABLE" and "ALTER TABLE". */
const afterType = ['USING', 'COLLATE', 'STORAGE', 'COMPRESSION', 'OPTIONS'];

/** Empty where none is written: CREATE TABLE … OF, PARTITION OF. */
export function typeText({typeName, constraints, collClause}: ColumnDef, sql: WrittenSql): string {
	if (typeName?.location === undefined || typeName.location < 0) return '';
	const locations = listOf(constraints, 'Constraint').map(({location}) => location);
	const end = nextAfter(typeName.location, [...locations, collClause?.location], sql);
	return writtenPart(sql.text, sql.indexOf(typeName.location), end, afterType);
}

function defaultText(own: ConstraintNode, constraints: readonly ConstraintNode[], sql: WrittenSql): string | null {
	if (own.location === undefined) return null;
	const locations = constraints.map(({location}) => location);
	const written = writtenPart(sql.text, sql.indexOf(own.location), nextAfter(own.location, locations, sql), [
		'COLLATE',
	]);
	return written.replace(/^(?:CONSTRAINT\s+(?:"[^"]*"|[^\s"])+\s+)?DEFAULT\s*/iu, '');
}

/** Index of the next part's beginning. */
function nextAfter(location: number, others: readonly (number | undefined)[], sql: WrittenSql): number {
	const next = Math.min(
		...others.filter((other) => other !== undefined && other > location).map((other) => other ?? 0),
	);
	return Number.isFinite(next) ? sql.indexOf(next) : sql.text.length;
}
