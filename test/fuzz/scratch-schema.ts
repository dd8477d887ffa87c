/** The database that fuzzed scripts run on: small, with rows, and with something to see where nothing else would tell. */
export const scratchRole = 'shop_owner';

/** A function that leaves a trace: a call that no statement shows is still seen by what it does. */
export const tracingFunction = 'canary_call';

/** Made by the role itself, so that it owns everything and may change it. */
export const scratchSchema = `
	CREATE SCHEMA IF NOT EXISTS public;
	CREATE TYPE status AS ENUM ('new', 'paid', 'shipped');
	CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, email varchar(100), note text);
	CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer, total numeric(10, 2), status status NOT NULL DEFAULT 'new', quantity integer, note text);
	CREATE TABLE lines (id integer PRIMARY KEY, order_id integer REFERENCES orders (id), sku text, quantity integer NOT NULL DEFAULT 1);
	CREATE TABLE canary (id integer PRIMARY KEY, note text);
	CREATE SEQUENCE numbers;
	CREATE FUNCTION ${tracingFunction}(integer) RETURNS integer LANGUAGE plpgsql AS
		'BEGIN DELETE FROM canary AS traced WHERE traced.id = $1; RETURN $1; END';
	INSERT INTO customers SELECT n, 'name ' || n, NULL, NULL FROM generate_series(1, 5) AS n;
	INSERT INTO orders SELECT n, n % 5, n, 'new', n, NULL FROM generate_series(1, 5) AS n;
	INSERT INTO lines SELECT n, n, 'sku', 1 FROM generate_series(1, 5) AS n;
	INSERT INTO canary SELECT n, 'alive' FROM generate_series(1, 20) AS n;
`;

/** What the tracing function does, as the server's list shows it. */
export const trace = 'DELETE FROM canary AS traced WHERE traced.id = $1';
