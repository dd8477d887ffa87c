import type pg from 'pg';
import type {SequenceBehind} from '../../domain/survey.ts';
import type {TableName} from '../../domain/script/table-name.ts';
import type {SequenceLook} from '../../operations/ports/targets.ts';
import {onlyRow} from './connection.ts';
import {quoteIdentifier} from './identifiers.ts';
import {answered, probeMark} from './row-probe.ts';

/** Milliseconds for the greatest value of one column: an index answers at once, a large table without one may not. */
const lookLimitMs = 5000;

/** Sequences that count upwards for an integer column, by what the server's own dependencies say. */
const sequencesSql = `
	SELECT DISTINCT format('%I.%I', sn.nspname, s.relname) AS sequence, format('%I.%I.%I', n.nspname, t.relname, a.attname) AS column,
		format('SELECT setval(%L, (SELECT max(%I) FROM %I.%I));', format('%I.%I', sn.nspname, s.relname), a.attname, n.nspname,
			t.relname) AS remedy,
		format($q$(SELECT (CASE WHEN is_called THEN last_value::numeric + %s ELSE last_value END)::text FROM %I.%I)$q$,
			q.seqincrement, sn.nspname, s.relname) AS "nextSql",
		format($q$(SELECT max(%I)::text FROM %I.%I)$q$, a.attname, n.nspname, t.relname) AS "greatestSql"
	FROM unnest($1::text[], $2::text[], $3::text[]) AS asked (schema, name, quoted)
	-- to_regclass() refuses to look into a schema that the role may not use.
	JOIN pg_class AS t ON t.relkind IN ('r', 'p') AND t.relname = asked.name
	JOIN pg_namespace AS n ON n.oid = t.relnamespace
		AND CASE WHEN asked.schema IS NULL THEN t.oid = to_regclass(asked.quoted) ELSE n.nspname = asked.schema END
	JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.refobjsubid > 0
		AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
	JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
	JOIN pg_class AS s ON s.oid = d.objid AND s.relkind = 'S' JOIN pg_namespace AS sn ON sn.oid = s.relnamespace
	JOIN pg_sequence AS q ON q.seqrelid = s.oid
	WHERE q.seqincrement > 0 AND NOT q.seqcycle AND a.atttypid IN ('int2'::regtype, 'int4'::regtype, 'int8'::regtype)
	ORDER BY 1`;

interface OwnedSequence extends Pick<SequenceBehind, 'sequence' | 'column' | 'remedy'> {
	readonly nextSql: string;
	readonly greatestSql: string;
}

/**
 * Which sequences would give out next what their column holds already, or less.
 *
 * @param client Inside a reading transaction of the role whose search path finds tables without a schema.
 */
export async function readSequencesBehind(client: pg.ClientBase, tables: readonly TableName[]): Promise<SequenceLook> {
	if (tables.length === 0) return {behind: [], unknown: []};
	const {rows} = await client.query<OwnedSequence>(sequencesSql, [
		tables.map(({schema}) => schema),
		tables.map(({name}) => name),
		tables.map(({name}) => quoteIdentifier(name)),
	]);
	const behind: SequenceBehind[] = [];
	const unknown: string[] = [];
	for (const {nextSql, greatestSql, ...owned} of rows) {
		const look = await readValues(client, nextSql, greatestSql);
		if (look === null) unknown.push(owned.sequence);
		else if (look.greatest !== null && BigInt(look.next) <= BigInt(look.greatest)) {
			behind.push({...owned, next: look.next, greatest: look.greatest});
		}
	}
	return {behind, unknown};
}

/** The rows are those of the statement's snapshot, the sequence is read after it: an insert meanwhile never looks ahead. */
async function readValues(
	client: pg.ClientBase,
	nextSql: string,
	greatestSql: string,
): Promise<{readonly next: string; readonly greatest: string | null} | null> {
	return await answered(client, [`statement_timeout = ${lookLimitMs}`, 'row_security = off'], async () => {
		const {rows} = await client.query<{next: string; greatest: string | null}>(
			`${probeMark} ${nextSql} AS next, ${greatestSql} AS greatest`,
		);
		return onlyRow(rows);
	});
}
