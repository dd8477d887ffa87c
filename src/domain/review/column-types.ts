/**
 * What ALTER COLUMN … TYPE does to the rows:
 * - `none`: only the catalogue changes.
 * - `rewrite`: every row is written or checked anew, under an ACCESS EXCLUSIVE lock.
 * - `unknown`: it depends on a type that only the target knows.
 */
export type TypeChange = 'none' | 'rewrite' | 'unknown';

/**
 * PostgreSQL documentation, ALTER TABLE, Notes: "the table rewrite can be skipped if … the old type is binary coercible
 * to the new type, or an unconstrained domain over it". Which built-in types are, and which longer lengths count as the
 * same, was measured on a server; a test asks one again. Between timestamp and timestamptz only a session whose TimeZone
 * is UTC is spared, so it counts as a rewrite.
 *
 * @param from as format_type() or the script writes it; null is unknown
 * @param using a USING expression stands there, which may say more than the cast
 */
export function typeChange(from: string | null, to: string, using: boolean): TypeChange {
	const plain = from === null ? 'unknown' : castOf(normalised(from), normalised(to));
	return plain === 'none' && using ? 'unknown' : plain;
}

/** A type's own name, in one spelling, with what stands in its parentheses. */
interface ColumnType {
	/** PostgreSQL's internal name of a built-in type, such as `int4`; else as written. */
	readonly name: string;
	readonly modifiers: readonly number[];
	readonly isArray: boolean;
}

/** PostgreSQL documentation, "Data Types", table of aliases, and the internal names. */
const spellings: Readonly<Record<string, string>> = {
	bigint: 'int8',
	bit: 'bit',
	'bit varying': 'varbit',
	boolean: 'bool',
	char: 'bpchar',
	character: 'bpchar',
	'character varying': 'varchar',
	'char varying': 'varchar',
	'national character varying': 'varchar',
	'national character': 'bpchar',
	nchar: 'bpchar',
	dec: 'numeric',
	decimal: 'numeric',
	'double precision': 'float8',
	float: 'float8',
	int: 'int4',
	integer: 'int4',
	real: 'float4',
	smallint: 'int2',
	'time without time zone': 'time',
	'time with time zone': 'timetz',
	'timestamp without time zone': 'timestamp',
	'timestamp with time zone': 'timestamptz',
};

const furtherTypes = `
	bytea cidr date inet interval json jsonb macaddr macaddr8 money name oid text tsquery tsvector uuid xml point
	box circle line lseg path polygon int4range int8range numrange tsrange tstzrange daterange
`;

const builtIn: ReadonlySet<string> = new Set([...Object.values(spellings), ...furtherTypes.trim().split(/\s+/u)]);

/** Stored alike and compared alike: neither rows nor indexes are built anew. */
const sameStorage: Readonly<Record<string, readonly string[]>> = {
	varchar: ['varchar', 'text'],
	text: ['varchar', 'text'],
	cidr: ['inet'],
	xml: ['text'],
};

/** Types whose only modifier may grow: a length, or fractional digits of seconds (at most 6, which is also the default). */
const mayGrow = new Set(['varchar', 'varbit', 'timestamp', 'timestamptz', 'time', 'timetz', 'interval']);

function castOf(from: ColumnType, to: ColumnType): TypeChange {
	if (isSame(from, to)) return 'none';
	if (!builtIn.has(from.name) || !builtIn.has(to.name)) return 'unknown';
	// An array is converted element by element, even where its elements would be left as they are.
	if (from.isArray || to.isArray) return 'rewrite';
	if (from.name === to.name) return holds(from, to) ? 'none' : 'rewrite';
	const isStoredAlike = sameStorage[from.name]?.includes(to.name) === true;
	return isStoredAlike && (to.modifiers.length === 0 || holds(from, to)) ? 'none' : 'rewrite';
}

function isSame(from: ColumnType, to: ColumnType): boolean {
	return from.name === to.name && from.isArray === to.isArray && from.modifiers.join(',') === to.modifiers.join(',');
}

/** True where every value of the old type is one of the new type as it stands. */
function holds(from: ColumnType, to: ColumnType): boolean {
	if (from.name === 'numeric' && to.name === 'numeric') return numericHolds(from.modifiers, to.modifiers);
	if (!mayGrow.has(to.name)) return false;
	const limit = to.modifiers[0] ?? (isTime(to) ? 6 : Infinity);
	return (from.modifiers[0] ?? (isTime(from) ? 6 : Infinity)) <= limit;
}

function numericHolds([precision, scale = 0]: readonly number[], [newPrecision, newScale = 0]: readonly number[]) {
	if (newPrecision === undefined) return true;
	return precision !== undefined && precision <= newPrecision && scale === newScale;
}

function isTime({name}: ColumnType): boolean {
	return name.startsWith('time') || name === 'interval';
}

/** `pg_catalog.VARCHAR (20) [ ]` → varchar, [20], an array. */
function normalised(text: string): ColumnType {
	const isArray = /\[\s*\d*\s*\]|\barray\b/iu.test(text);
	const words = folded(text.replaceAll(/\[\s*\d*\s*\]|\barray\b(?:\s*\[\s*\d*\s*\])?/giu, ' '));
	const modifiers = /\(([\d\s,-]*)\)/u.exec(words)?.[1]?.split(',').map(Number) ?? [];
	const written = words
		.replaceAll(/\([^)]*\)/gu, ' ')
		.replaceAll(/\s+/gu, ' ')
		.replace(/^pg_catalog\s*\.\s*/u, '')
		.replace(/ collate .*$/u, '')
		.trim();
	const name = spellings[written] ?? written;
	if (written === 'float') return floatOf(modifiers, isArray);
	// CHAR, BIT and their kin hold one character unless told otherwise; only PostgreSQL's own name bpchar has no limit.
	const isOne = (name === 'bpchar' && written !== 'bpchar') || name === 'bit';
	if (isOne && modifiers.length === 0) return {name, modifiers: [1], isArray};
	return {name, modifiers: name === 'numeric' && modifiers.length === 1 ? [...modifiers, 0] : modifiers, isArray};
}

/** Everything but what stands in double quotes in lower case; quotes that are not needed are left out. */
function folded(text: string): string {
	return text.replaceAll(/"((?:[^"]|"")*)"|[^"]+/gu, (part, quoted: string | undefined) => {
		if (quoted === undefined) return part.toLowerCase();
		// "char" is a type of its own, not the keyword.
		return /^[a-z_][a-z0-9_]*$/u.test(quoted) && quoted !== 'char' ? quoted : part;
	});
}

/** SQL's float(p) is one of two types. */
function floatOf([digits]: readonly number[], isArray: boolean): ColumnType {
	return {name: digits !== undefined && digits <= 24 ? 'float4' : 'float8', modifiers: [], isArray};
}

/** True from timestamp to timestamptz and back: what is spared a rewrite where the session's TimeZone is UTC. */
export function isTimeZoneChange(from: string | null, to: string): boolean {
	if (from === null) return false;
	const names = [normalised(from).name, normalised(to).name].toSorted();
	return names[0] === 'timestamp' && names[1] === 'timestamptz';
}

/** True where it only sets a shorter limit on text: a CHECK says the same without writing rows. */
export function textLimit(from: string | null, to: string): number | null {
	const target = normalised(to);
	const isText = from === null || ['varchar', 'text'].includes(normalised(from).name);
	return target.name === 'varchar' && !target.isArray && isText ? (target.modifiers[0] ?? null) : null;
}
