import type {SurveyLook} from '../../domain/survey.ts';
import {bareSearchPath, userSchema} from './catalog.ts';
import {type TargetSettings, withReading} from './connection.ts';
import {parseTableName} from './identifiers.ts';

const rolesSql = `SELECT rolname AS name, quote_ident(rolname) AS text FROM pg_roles WHERE rolname = ANY ($1) ORDER BY rolname`;

const fromExtension = (catalog: string, oid: string): string =>
	`EXISTS (SELECT FROM pg_depend AS e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

/**
 * Left out: partitions, which applications reach through their parents; history tables, which are Lockstep's to write;
 * what belongs to an extension; sequences of identity columns, which need no right of their own.
 *
 * @see https://www.postgresql.org/docs/current/sql-createtable.html#SQL-CREATETABLE-PARMS-GENERATED-IDENTITY
 */
const objectsSql = `
	WITH histories AS (SELECT * FROM unnest($2::text[], $3::text[]) AS h (schema, name)), objects AS (
		SELECT 'schema' AS kind, n.oid, n.nspname AS schema, quote_ident(n.nspname) AS text
		FROM pg_namespace AS n WHERE ${userSchema} AND NOT ${fromExtension('pg_namespace', 'n.oid')}
		UNION ALL
		SELECT CASE WHEN c.relkind = 'S' THEN 'sequence' WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
			c.oid, n.nspname, format('%I.%I', n.nspname, c.relname)
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.relkind IN ('r', 'p', 'f', 'v', 'm', 'S') AND NOT c.relispartition AND ${userSchema}
		AND NOT ${fromExtension('pg_class', 'c.oid')}
		AND NOT EXISTS (SELECT FROM histories AS h WHERE h.name = c.relname AND coalesce(h.schema, n.nspname) = n.nspname)
		AND NOT (c.relkind = 'S' AND EXISTS (
			SELECT FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i'))
	)
	SELECT o.kind, o.oid, o.schema, o.text, (
		SELECT jsonb_agg(CASE o.kind
			WHEN 'schema' THEN CASE WHEN has_schema_privilege(r.oid, o.oid, 'USAGE') THEN ARRAY['USAGE'] ELSE '{}' END
			-- Either right is enough for nextval().
			WHEN 'sequence' THEN CASE WHEN has_sequence_privilege(r.oid, o.oid, 'USAGE, UPDATE') THEN ARRAY['USAGE'] ELSE '{}' END
			ELSE ARRAY(SELECT p FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) AS p
				WHERE has_table_privilege(r.oid, o.oid, p))
		END ORDER BY r.rolname) FROM pg_roles AS r WHERE r.rolname = ANY ($1)) AS access
	FROM objects AS o ORDER BY o.kind, o.text COLLATE "C"`;

const notValidSql = `
	SELECT quote_ident(k.conname) AS name, format('%I.%I', n.nspname, t.relname) AS table
	FROM pg_constraint AS k JOIN pg_class AS t ON t.oid = k.conrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace
	WHERE NOT k.convalidated AND k.conparentid = 0 AND ${userSchema}
	ORDER BY 2, 1`;

/** What the roles may do with every object of the target's; nothing is asked about objects where no role is given. */
export async function readSurvey(settings: TargetSettings, asked: readonly string[]): Promise<SurveyLook> {
	const histories = settings.historyTables.map(parseTableName);
	return await withReading(settings, 'user', async (client) => {
		await client.query(bareSearchPath);
		const roles = (await client.query<SurveyLook['roles'][number]>(rolesSql, [asked])).rows;
		const objects = await client.query<SurveyLook['objects'][number]>({
			text: roles.length === 0 ? `${objectsSql} LIMIT 0` : objectsSql,
			values: [asked, histories.map(({schema}) => schema), histories.map(({name}) => name)],
		});
		const notValid = await client.query<SurveyLook['notValid'][number]>(notValidSql);
		return {roles, objects: objects.rows, notValid: notValid.rows};
	});
}
