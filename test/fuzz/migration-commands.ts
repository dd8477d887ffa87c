import fc from 'fast-check';
import {tracingFunction} from './scratch-schema.ts';

/** Writes a command of a migration that runs on the scratch schema; `n` is another one for each command of a script. */
type Command = (n: number) => string;

const call = (n: number): string => `${tracingFunction}(${n})`;
const kill = (n: number): string => `DELETE FROM canary WHERE id = ${n}`;

const plain: readonly Command[] = [
	(n) => `CREATE TABLE t${n} (id integer PRIMARY KEY, "Größe" text DEFAULT 'a;b', made timestamptz DEFAULT now())`,
	(n) => `ALTER TABLE orders ADD "Column${n}" integer NOT NULL DEFAULT 0`,
	(n) => `ALTER TABLE customers ADD c${n} uuid DEFAULT '00000000-0000-0000-0000-000000000000'`,
	(n) => `CREATE INDEX ix${n} ON orders (customer_id)`,
	(n) => `INSERT INTO customers (id, name) VALUES (${100 + n}, 'O''Neil; DROP TABLE orders')`,
	(n) => `INSERT INTO lines (id, order_id) SELECT id + ${n * 100}, id FROM orders`,
	(n) => `UPDATE orders SET note = E'it\\'s ${n}' WHERE id = 1`,
	(n) => `UPDATE orders SET note = $q$ $x$ ; -- ${n} $q$ WHERE id IN (1, 2, 3)`,
	(n) => `DELETE FROM lines WHERE id = ${n};\n    ${kill(n)}`,
	(n) => `ALTER TABLE lines ADD CONSTRAINT fk${n} FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE`,
	(n) => `COMMENT ON TABLE orders IS '😀 ${n}'`,
	(n) => `-- only a comment ${n}`,
	(n) => `ALTER TYPE status ADD VALUE 'value ${n}'`,
	(n) => `CREATE VIEW v${n} AS SELECT o.id, c.name FROM orders AS o JOIN customers AS c ON c.id = o.customer_id`,
	(n) => `CREATE MATERIALIZED VIEW m${n} AS SELECT count(*) AS number FROM orders`,
	(n) => `GRANT SELECT ON orders TO PUBLIC; ANALYZE orders; TRUNCATE lines /* ${n} */`,
	(n) => `CREATE TABLE copy${n} AS SELECT *, ${call(n)} AS called FROM orders LIMIT 1`,
	(n) => `ALTER TABLE orders ALTER COLUMN quantity TYPE bigint USING ${call(n)}`,
	(n) => `MERGE INTO canary AS c USING orders AS o ON c.id = o.id WHEN MATCHED AND o.id = ${n} THEN DELETE`,
	(n) => `CREATE SCHEMA s${n} CREATE TABLE a (id integer) CREATE VIEW b AS SELECT id FROM a`,
	(n) => `INSERT INTO customers (id, name) VALUES (1, 'twice') ON CONFLICT (id) DO UPDATE SET name = 'n${n}'`,
];

const inBlocks: readonly Command[] = [
	(n) => `PERFORM setval('numbers', ${n})`,
	(n) => `PERFORM ${call(n)}`,
	(n) => `PERFORM ${call(n)}, count(*) FROM orders WHERE id IN (SELECT id FROM lines)`,
	(n) => `IF EXISTS (SELECT 1 FROM orders WHERE total > ${n}) THEN ${kill(n)}; ELSE ${kill(n + 1)}; END IF`,
	(n) => `IF ${call(n)} > 5 THEN ${kill(1)}; ELSIF ${call(n + 1)} > 0 THEN DELETE FROM lines; END IF`,
	(n) => `DECLARE v integer := ${call(n)}; BEGIN v := v + ${call(2)}; UPDATE orders SET quantity = v; END`,
	(n) => `DECLARE v integer; BEGIN v := (SELECT max(id) + ${call(n)} FROM orders); v = ${call(3)}; END`,
	(n) => `DECLARE v integer[] := '{1,2}'; BEGIN v[${call(1)}] := ${call(n)}; END`,
	(n) => `DECLARE v integer; BEGIN SELECT ${call(n)} INTO STRICT v; ${kill(2)} RETURNING id INTO v; END`,
	() => `DECLARE v integer; w integer; BEGIN SELECT count(*), max(id) INTO v, w FROM orders WHERE note = ';'; END`,
	(n) => `FOR i IN ${call(1)}..${call(2)} LOOP ${kill(n)}; CONTINUE WHEN ${call(n)} > 3; DELETE FROM lines; END LOOP`,
	() => `DECLARE r record; BEGIN FOR r IN SELECT id FROM orders LOOP UPDATE lines SET quantity = r.id; END LOOP; END`,
	(n) => `DECLARE r record; BEGIN FOR r IN ${kill(n)} RETURNING id LOOP NULL; END LOOP; END`,
	(n) => `DECLARE r record; BEGIN FOR r IN EXECUTE 'SELECT ${call(n)}' LOOP ${kill(n + 1)}; END LOOP; END`,
	(n) => `WHILE ${call(n)} < 0 LOOP ${kill(n)}; END LOOP`,
	(n) => `<<around>> LOOP UPDATE canary SET note = '${n}'; EXIT around WHEN ${call(n)} > 0; END LOOP around`,
	(n) => `DECLARE v integer; BEGIN FOREACH v IN ARRAY ARRAY[${call(1)}, ${n}] LOOP ${kill(4)}; END LOOP; END`,
	(n) => `CASE ${call(n)} WHEN ${call(1)} THEN ${kill(1)}; WHEN 2, 3 THEN ${kill(2)}; ELSE ${kill(3)}; END CASE`,
	(n) => `CASE WHEN ${call(n)} > 99 THEN ${kill(1)}; ELSE DELETE FROM lines WHERE quantity > ${n}; END CASE`,
	(n) => `BEGIN INSERT INTO orders (id) VALUES (1); EXCEPTION WHEN unique_violation THEN ${kill(n)}; END`,
	(n) => `BEGIN RAISE EXCEPTION 'x'; EXCEPTION WHEN OTHERS THEN PERFORM ${call(n)}; END`,
	(n) => `RAISE NOTICE '% %%', ${call(n)}; RAISE NOTICE USING MESSAGE = ${call(1)}::text`,
	(n) => `RAISE NOTICE 'x %', (SELECT ${call(n)} FROM orders LIMIT 1)`,
	(n) => `ASSERT ${call(n)} > 0, 'never ' || ${call(1)}`,
	(n) =>
		`DECLARE c CURSOR FOR SELECT ${call(n)} FROM orders; r record; BEGIN OPEN c; FETCH c INTO r; MOVE NEXT FROM c; CLOSE c; END`,
	(n) =>
		`DECLARE c CURSOR (k integer) FOR SELECT id FROM orders WHERE id = k; BEGIN FOR r IN c (${call(n)}) LOOP ${kill(n)}; END LOOP; END`,
	(n) => `DECLARE c refcursor; BEGIN OPEN c FOR SELECT ${call(n)} FROM lines; FETCH ABSOLUTE ${call(1)} FROM c; END`,
	(n) => `DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE 'SELECT ${call(n)}'; MOVE c; CLOSE c; END`,
	(n) => `DECLARE v integer; BEGIN ${kill(n)}; GET DIAGNOSTICS v = ROW_COUNT; END`,
	(n) => `WITH gone AS (${kill(n)} RETURNING id) INSERT INTO lines (id) SELECT id + 5000 FROM gone`,
	(n) => `DO $inner$ BEGIN ${kill(n)}; DO $deep$ BEGIN PERFORM ${call(n)}; END $deep$; END $inner$`,
	(n) => `DO LANGUAGE plpgsql 'BEGIN DELETE FROM canary WHERE note = ''${n}''; END'`,
	(n) => `DECLARE r record; BEGIN FOR r IN EXPLAIN ANALYZE ${kill(n)} LOOP NULL; END LOOP; END`,
	(n) => `DECLARE r record := ROW(${call(n)}, ${n}); BEGIN RAISE NOTICE '%', r; END`,
	(n) => `DECLARE o orders DEFAULT (SELECT o FROM orders AS o WHERE o.id = ${call(n)}); BEGIN NULL; END`,
	(n) =>
		`DECLARE c CONSTANT integer NOT NULL DEFAULT ${call(n)}; BEGIN FOR i IN REVERSE ${call(3)}..1 BY ${call(2)} LOOP NULL; END LOOP; END`,
	(n) =>
		`DECLARE c CURSOR (k integer) FOR SELECT id FROM orders WHERE id = k; BEGIN OPEN c (k := ${call(n)}); CLOSE c; END`,
	(n) =>
		`DECLARE c refcursor; BEGIN OPEN c FOR EXECUTE 'SELECT id FROM orders WHERE id = $1' USING ${call(n)}; CLOSE c; END`,
	(n) =>
		`BEGIN RAISE EXCEPTION USING MESSAGE = ${call(n)}, ERRCODE = 'P0001'; EXCEPTION WHEN raise_exception THEN ${kill(n)}; END`,
	(n) => `<<named>> DECLARE v integer := 1; BEGIN named.v := ${call(n)}; PERFORM named.v; END named`,
	(n) => `BEGIN IF ${call(n)} > 0 THEN RETURN; END IF; END; ${kill(n)}`,
	(n) => `RETURN; ${kill(n)}`,
	() => 'NULL',
];

const executing: readonly Command[] = [
	(n) => `EXECUTE '${kill(n)}'`,
	(n) => `EXECUTE 'DELETE FROM lines; ${kill(n)}'`,
	(n) => `EXECUTE E'DELETE FROM canary\\nWHERE id = ${n}'`,
	(n) => `EXECUTE $q$UPDATE orders SET note = 'x''y' WHERE id = ${n}$q$`,
	(n) => `EXECUTE 'DELETE FROM canary WHERE id = $1' USING ${call(n)}`,
	(n) => `EXECUTE ('${kill(n)}')`,
	(n) => `EXECUTE '${kill(n)}'::text`,
	(n) => `EXECUTE '${kill(n)}'::varchar(18)`,
	(n) => `EXECUTE CAST('${kill(n)} AND note IS NOT NULL AND note <> ''a long text''' AS name)`,
	(n) => `EXECUTE 'DO $i$ BEGIN ${kill(n)}; END $i$'`,
	(n) => `EXECUTE 'PREPARE q${n} AS ${kill(n)}'; EXECUTE 'EXECUTE q${n}'`,
	(n) => `EXECUTE 'DECLARE held${n} CURSOR WITH HOLD FOR SELECT ${call(n)} FROM orders'`,
	(n) => `EXECUTE 'EXPLAIN ANALYZE ${kill(n)}'`,
	(n) => `EXECUTE 'DELETE FROM ' || 'canary WHERE id = ${n}'`,
	(n) => `EXECUTE format('DELETE FROM %I WHERE id = %s', 'canary', ${n})`,
	(n) => `EXECUTE (SELECT '${kill(n)}')`,
	(n) => `DECLARE v integer; BEGIN EXECUTE '${kill(n)} RETURNING id' INTO v; END`,
	(n) => `PERFORM query_to_xml('SELECT ${call(n)}', true, false, '')`,
	(n) => `PERFORM ts_stat('SELECT to_tsvector(${call(n)}::text)')`,
];

/** A default, unquoted history table is assumed: with others these only fail. */
const ofTheHistory: readonly Command[] = [
	(n) =>
		`CREATE TABLE child${n} () INHERITS ("__EFMigrationsHistory"); INSERT INTO child${n} VALUES ('20240101000003_Migration3', '1')`,
	(n) =>
		`CREATE VIEW view${n} AS SELECT * FROM "__EFMigrationsHistory"; INSERT INTO view${n} VALUES ('20240101000003_Migration3', '1')`,
	(n) => `CREATE TEMP TABLE IF NOT EXISTS "__EFMigrationsHistory" AS SELECT ${n} AS "MigrationId"`,
	(n) => `CREATE RULE rule${n} AS ON INSERT TO "__EFMigrationsHistory" DO INSTEAD NOTHING`,
	(n) =>
		`CREATE SCHEMA shadow${n}; CREATE TABLE shadow${n}."__EFMigrationsHistory" ("MigrationId" text); SET search_path = shadow${n}`,
	(n) =>
		`CREATE SCHEMA shadow${n}; CREATE TABLE shadow${n}.other ("MigrationId" text); ALTER TABLE shadow${n}.other RENAME TO "__EFMigrationsHistory"; SET search_path = shadow${n}, public`,
	(n) => `EXECUTE 'DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" <> ''${n}'''`,
	() => `WITH gone AS (DELETE FROM "__EFMigrationsHistory" RETURNING 1) UPDATE orders SET quantity = 1`,
	(n) => `PERFORM 1 FROM "__EFMigrationsHistory" WHERE "MigrationId" = '${n}' FOR UPDATE`,
];

const routines: readonly Command[] = [
	(n) =>
		`CREATE FUNCTION f${n}() RETURNS integer LANGUAGE plpgsql AS $f$ DECLARE v integer; BEGIN SELECT 1 INTO v; ${kill(n)}; PERFORM ${call(1)}; RETURN v; END $f$; PERFORM f${n}()`,
	(n) =>
		`CREATE FUNCTION f${n}() RETURNS bigint LANGUAGE sql AS '${kill(n)}; SELECT count(*) FROM orders'; PERFORM f${n}()`,
	(n) =>
		`CREATE FUNCTION f${n}() RETURNS integer LANGUAGE sql BEGIN ATOMIC ${kill(n)}; SELECT CASE WHEN true THEN 1 END; END; PERFORM f${n}()`,
	(n) =>
		`CREATE FUNCTION f${n}() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN ${kill(n)}; RETURN NEW; END $f$; CREATE TRIGGER g${n} BEFORE INSERT ON lines FOR EACH ROW EXECUTE FUNCTION f${n}(); INSERT INTO lines (id) VALUES (${900 + n})`,
	(n) => `CREATE PROCEDURE p${n}() LANGUAGE plpgsql AS $f$ BEGIN ${kill(n)}; END $f$; CALL p${n}()`,
	(n) =>
		`CREATE PROCEDURE p${n}(INOUT a integer) LANGUAGE plpgsql AS 'BEGIN a := 1; END'; DECLARE v integer; BEGIN CALL p${n}(v); END`,
	(n) => `CREATE RULE r${n} AS ON DELETE TO lines DO ALSO ${kill(n)}; DELETE FROM lines WHERE id = 1`,
	(n) =>
		`CREATE FUNCTION f${n}() RETURNS SETOF integer LANGUAGE plpgsql AS $f$ BEGIN RETURN QUERY SELECT ${call(n)}; RETURN QUERY EXECUTE 'SELECT 1'; END $f$; PERFORM * FROM f${n}()`,
];

/** A command: its text for a number that no other command of the script has. */
export const migrationCommand: fc.Arbitrary<Command> = fc.oneof(
	{weight: 30, arbitrary: fc.constantFrom(...plain)},
	{weight: 40, arbitrary: fc.constantFrom(...inBlocks)},
	{weight: 10, arbitrary: fc.constantFrom(...executing)},
	{weight: 10, arbitrary: fc.constantFrom(...routines)},
	{weight: 1, arbitrary: fc.constantFrom(...ofTheHistory)},
);
