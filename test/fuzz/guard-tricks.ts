import fc from 'fast-check';

/** Rewrites one of a script's guards into one that looks like EF's and asks something else. */
export interface GuardTrick {
	/** Which guard, counted round. */
	readonly guard: number;
	readonly trick: (guard: Guard) => string;
}

interface Guard {
	readonly whole: string;
	readonly not: string;
	readonly table: string;
	readonly column: string;
	readonly id: string;
}

const tricks: readonly ((guard: Guard) => string)[] = [
	({whole}) => `IF ${inner(whole)} OR true THEN`,
	({whole}) => `IF ${inner(whole)} AND true THEN`,
	({whole}) => `IF (${inner(whole)}) THEN`,
	({whole}) => `IF NOT (${inner(whole)}) THEN`,
	({whole}) => `IF NOT ${inner(whole)} THEN`,
	({whole}) => `IF ${inner(whole)} IS NOT NULL THEN`,
	({whole}) => `IF ${inner(whole)} WHERE canary_call(4) > 0 THEN`,
	({whole}) => `IF ${inner(whole)} FROM canary_call(4) THEN`,
	({whole}) => `IF DISTINCT ${inner(whole)} ORDER BY canary_call(4) THEN`,
	({whole}) => `IF ${inner(whole)} AS x LIMIT canary_call(1) THEN`,
	({whole}) => `IF true OR ${inner(whole)} THEN`,
	({whole}) => `IF canary_call(4) > 0 OR ${inner(whole)} THEN`,
	(guard) => exists(guard, `= '${guard.id}' LIMIT 0`),
	(guard) => exists(guard, `= '${guard.id}' OFFSET 1`),
	(guard) => exists(guard, `= '${guard.id}' AND false`),
	(guard) => exists(guard, `= '${guard.id}' FOR UPDATE`),
	(guard) => exists(guard, `= '${guard.id}' UNION SELECT 1 WHERE false`),
	(guard) => exists(guard, `= '${guard.id}' GROUP BY 1 HAVING false`),
	(guard) => exists(guard, `= '${guard.id}'::varchar(3)`),
	(guard) => exists(guard, `= '${guard.id}'::char(200)`),
	(guard) => exists(guard, `= '${guard.id} '`),
	(guard) => exists(guard, `= E'${guard.id}\\x20'`),
	(guard) => exists(guard, `= CAST('${guard.id}' AS name)`),
	(guard) => exists(guard, `<> '${guard.id}'`),
	(guard) => exists(guard, `OPERATOR(pg_catalog.=) '${guard.id}'`),
	(guard) => exists(guard, `= '${guard.id}' COLLATE "C"`),
	(guard) => exists(guard, `= (SELECT '${guard.id}')`),
	(guard) => exists(guard, `= ANY (ARRAY['${guard.id}'])`),
	(guard) => exists(guard, `LIKE '${guard.id}'`),
	(guard) => exists(guard, `= concat('${guard.id}', canary_call(4))`),
	(guard) => exists({...guard, column: '"ProductVersion"'}, `= '${guard.id}'`),
	(guard) => exists({...guard, column: `${guard.table}.${guard.column}`}, `= '${guard.id}'`),
	(guard) => exists({...guard, table: `ONLY ${guard.table}`}, `= '${guard.id}'`),
	(guard) => exists({...guard, table: `${guard.table} TABLESAMPLE BERNOULLI (0)`}, `= '${guard.id}'`),
	(guard) => exists({...guard, table: `${guard.table} AS h ("ProductVersion", "MigrationId")`}, `= '${guard.id}'`),
	(guard) => exists({...guard, table: `${guard.table}, canary`}, `= '${guard.id}'`),
	(guard) => exists({...guard, table: `public.${guard.table}`}, `= '${guard.id}'`),
	(guard) => exists({...guard, table: 'customers', column: 'name'}, `= '${guard.id}'`),
	({not, table, column, id}) => `IF ${not}EXISTS(SELECT canary_call(4) FROM ${table} WHERE ${column} = '${id}') THEN`,
	({not, table, column, id}) => `IF ${not}EXISTS(SELECT DISTINCT 1 FROM ${table} WHERE '${id}' = ${column}) THEN`,
	({not, table, column, id}) =>
		`IF ${not}EXISTS(WITH x AS (SELECT 1) SELECT 1 FROM ${table} WHERE ${column} = '${id}') THEN`,
	({not, table, column, id}) =>
		`IF 0 ${not === '' ? '<' : '='} (SELECT count(*) FROM ${table} WHERE ${column} = '${id}') THEN`,
	({whole}) => `IF false THEN NULL; ELSIF ${inner(whole)} THEN`,
	({whole}) => `${whole} NULL; ELSE`,
	({whole}) => `${whole} NULL; END IF; IF true THEN`,
	({whole}) => `${whole} END IF; BEGIN IF true THEN NULL; END IF; END; IF true THEN`,
	({whole}) => `WHILE ${inner(whole)} LOOP EXIT; END LOOP; IF true THEN`,
	({whole}) => `${whole} BEGIN RAISE EXCEPTION 'x'; EXCEPTION WHEN OTHERS THEN NULL; END;`,
	({whole}) => `${whole} IF false THEN NULL; ELSE`.concat(' NULL; END IF;'),
];

const guardPattern =
	/IF (?<not>NOT )?EXISTS\s?\(SELECT 1 FROM (?<table>[\w."]+) WHERE (?<column>"\w+") = '(?<id>[^']*)'\) THEN/gu;

export const guardTrick: fc.Arbitrary<GuardTrick> = fc.record({
	guard: fc.nat(20),
	trick: fc.constantFrom(...tricks),
});

export function applyGuardTrick(script: Buffer, {guard, trick}: GuardTrick): Buffer {
	const text = script.toString('utf8');
	const matches = [...text.matchAll(guardPattern)];
	const match = matches[guard % Math.max(1, matches.length)];
	if (match?.groups === undefined) return script;
	const {not = '', table = '', column = '', id = ''} = match.groups;
	const written = trick({whole: match[0], not, table, column, id});
	return Buffer.from(text.slice(0, match.index) + written + text.slice(match.index + match[0].length), 'utf8');
}

function inner(whole: string): string {
	return whole.slice('IF '.length, -' THEN'.length);
}

function exists({not, table, column}: Guard, comparison: string): string {
	return `IF ${not}EXISTS(SELECT 1 FROM ${table} WHERE ${column} ${comparison}) THEN`;
}
