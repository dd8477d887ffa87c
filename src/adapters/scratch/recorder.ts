import type pg from 'pg';
import type {ObservedCommand, ObservedLock, ObservedRewrite} from '../../domain/rehearsal.ts';

/**
 * Event triggers that write down what a script does, also inside of blocks and functions, and also on empty tables.
 * They are the superuser's: the script can neither read nor stop them. What a transaction takes back, they take back.
 *
 * The locks of a transaction are read by a deferred constraint trigger, which runs when it commits, before anything is
 * let go. It runs for a transaction with a command that event triggers see, or with a row of the history: for any
 * migration's.
 *
 * @see https://www.postgresql.org/docs/current/event-trigger-definition.html
 * @see https://www.postgresql.org/docs/current/sql-createtrigger.html
 */
export function recorderSql(schema: string): string {
	const definer = (name: string, returns: string, body: string): string =>
		`CREATE FUNCTION ${schema}.${name}() RETURNS ${returns} LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $body$\n${body}\n$body$;`;
	const mark = `INSERT INTO ${schema}.transactions VALUES (txid_current()) ON CONFLICT DO NOTHING;`;
	return `
CREATE SCHEMA ${schema};
REVOKE ALL ON SCHEMA ${schema} FROM PUBLIC;
CREATE TABLE ${schema}.commands (number bigserial, tag text, object_type text, identity text);
CREATE TABLE ${schema}.rewrites (number bigserial, relation oid, name text, reason int);
CREATE TABLE ${schema}.transactions (id bigint PRIMARY KEY);
CREATE TABLE ${schema}.locks (transaction bigint, relation oid, mode text);
CREATE TABLE ${schema}.before AS
	SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
	WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', '${schema}') AND c.relkind IN ('r', 'p', 'm', 'f', 'v');
${definer(
	'note_command',
	'event_trigger',
	`BEGIN
	INSERT INTO ${schema}.commands (tag, object_type, identity)
		SELECT command_tag, coalesce(object_type, ''), coalesce(object_identity, '') FROM pg_event_trigger_ddl_commands()
		WHERE schema_name IS DISTINCT FROM 'pg_temp';
	${mark}
END`,
)}
${definer(
	'note_drop',
	'event_trigger',
	`BEGIN
	INSERT INTO ${schema}.commands (tag, object_type, identity)
		SELECT 'DROP', object_type, object_identity FROM pg_event_trigger_dropped_objects()
		WHERE (original OR normal) AND NOT is_temporary;
	${mark}
END`,
)}
${definer(
	'note_rewrite',
	'event_trigger',
	`BEGIN
	INSERT INTO ${schema}.rewrites (relation, name, reason)
		SELECT c.oid, quote_ident(n.nspname) || '.' || quote_ident(c.relname), pg_event_trigger_table_rewrite_reason()
		FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.oid = pg_event_trigger_table_rewrite_oid();
END`,
)}
${definer(
	'note_locks',
	'trigger',
	`BEGIN
	INSERT INTO ${schema}.locks SELECT DISTINCT NEW.id, l.relation, l.mode FROM pg_locks AS l JOIN ${schema}.before AS b ON b.oid = l.relation
		WHERE l.pid = pg_backend_pid() AND l.locktype = 'relation' AND l.granted;
	RETURN NULL;
END`,
)}
${definer('note_history', 'trigger', `BEGIN\n	${mark}\n	RETURN NULL;\nEND`)}
CREATE CONSTRAINT TRIGGER locks AFTER INSERT ON ${schema}.transactions DEFERRABLE INITIALLY DEFERRED
	FOR EACH ROW EXECUTE FUNCTION ${schema}.note_locks();
CREATE EVENT TRIGGER ${schema}_command ON ddl_command_end EXECUTE FUNCTION ${schema}.note_command();
CREATE EVENT TRIGGER ${schema}_drop ON sql_drop EXECUTE FUNCTION ${schema}.note_drop();
CREATE EVENT TRIGGER ${schema}_rewrite ON table_rewrite EXECUTE FUNCTION ${schema}.note_rewrite();
`;
}

/** A migration that only writes rows has a row of the history in its transaction all the same. */
export function historyRecorderSql(schema: string, table: string): string {
	return `CREATE TRIGGER ${schema} AFTER INSERT OR DELETE ON ${table} FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.note_history()`;
}

export interface Recording {
	readonly commands: readonly ObservedCommand[];
	readonly rewrites: readonly ObservedRewrite[];
	readonly locks: readonly ObservedLock[];
}

/** A script may hold a hundred thousand commands; the report need not. */
const keptCommands = 2000;
const keptRewrites = 200;

/** @see https://www.postgresql.org/docs/current/functions-event-triggers.html */
const rewriteReasons: readonly (readonly [bit: number, words: string])[] = [
	[1, 'persistence changed'],
	[2, 'column added with a default to compute'],
	[4, 'column type changed'],
	[8, 'access method changed'],
];

export async function readRecording(client: pg.ClientBase, schema: string): Promise<Recording> {
	const {rows: commands} = await client.query<ObservedCommand>(
		`SELECT tag, object_type AS "objectType", identity FROM ${schema}.commands ORDER BY number LIMIT ${keptCommands}`,
	);
	const {rows: rewrites} = await client.query<{table: string; existedBefore: boolean; reason: number}>(
		`SELECT r.name AS table, EXISTS (SELECT FROM ${schema}.before AS b WHERE b.oid = r.relation) AS "existedBefore", bit_or(r.reason) AS reason
		FROM ${schema}.rewrites AS r GROUP BY r.relation, r.name ORDER BY min(r.number) LIMIT ${keptRewrites}`,
	);
	const {rows: locks} = await client.query<ObservedLock>(
		`SELECT b.name AS relation, l.mode, count(*)::int AS transactions FROM ${schema}.locks AS l
		JOIN ${schema}.before AS b ON b.oid = l.relation GROUP BY 1, 2 ORDER BY 1, 2`,
	);
	return {
		commands,
		locks,
		rewrites: rewrites.map(({table, existedBefore, reason}) => ({
			table,
			existedBefore,
			reasons: rewriteReasons.filter(([bit]) => (reason & bit) !== 0).map(([, words]) => words),
		})),
	};
}

/** Begins a new page for the next pass. */
export function newPageSql(schema: string): string {
	return `TRUNCATE ${['commands', 'rewrites', 'transactions', 'locks'].map((table) => `${schema}.${table}`).join(', ')}`;
}
