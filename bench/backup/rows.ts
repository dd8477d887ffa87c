import pg from 'pg';

/** A shop's tables: keys, amounts, times, words and JSON, which compress as such rows do. */
const schema = `
	CREATE TABLE customers (id integer PRIMARY KEY, email text NOT NULL, name text NOT NULL, phone text, created_at timestamptz NOT NULL);
	CREATE TABLE orders (id bigint PRIMARY KEY, customer integer NOT NULL, state text NOT NULL, total numeric(12, 2) NOT NULL,
		placed_at timestamptz NOT NULL, note text);
	CREATE TABLE order_lines (id bigint PRIMARY KEY, order_id bigint NOT NULL, product uuid NOT NULL, quantity integer NOT NULL,
		price numeric(12, 2) NOT NULL);
	CREATE TABLE events (id bigint PRIMARY KEY, kind text NOT NULL, at timestamptz NOT NULL, body jsonb NOT NULL)`;

/** Numbers of a batch: `$1` is its first order. */
const batch = [
	`INSERT INTO customers SELECT n, 'user' || n || '@' || (ARRAY['example.com', 'mail.example.org', 'shop.example.net'])[1 + n % 3],
		initcap(substr(md5(n::text), 1, 6)) || ' ' || initcap(substr(md5((n * 7)::text), 1, 9)),
		CASE WHEN n % 3 = 0 THEN NULL ELSE '+49 ' || (n * 7919 % 900000000 + 100000000) END, '2020-01-01'::timestamptz + n * interval '37 seconds'
		FROM generate_series($1::bigint / 10, $1::bigint / 10 + 1999) AS n`,
	`INSERT INTO orders SELECT n, n % 500000, (ARRAY['open', 'paid', 'sent', 'returned'])[1 + n % 4], (n * 104729 % 1000000) / 100.0,
		'2021-01-01'::timestamptz + n * interval '11 seconds', CASE WHEN n % 5 = 0 THEN 'Please leave it at the door of number ' || n % 200 END
		FROM generate_series($1::bigint, $1::bigint + 19999) AS n`,
	`INSERT INTO order_lines SELECT n, n / 3, md5((n % 20000)::text)::uuid, 1 + n % 9, (n * 7 % 100000) / 100.0
		FROM generate_series($1::bigint * 3, $1::bigint * 3 + 59999) AS n`,
	`INSERT INTO events SELECT n, (ARRAY['order.placed', 'order.paid', 'order.sent'])[1 + n % 3], '2021-01-01'::timestamptz + n * interval '11 seconds',
		jsonb_build_object('order', n, 'customer', n % 500000, 'session', md5((n / 4)::text), 'agent', 'Mozilla/5.0 (X11; Linux x86_64)', 'ms', n * 31 % 900)
		FROM generate_series($1::bigint, $1::bigint + 19999) AS n`,
];

const perBatch = 20_000;

/** Fills an empty database until its tables have so many megabytes; returns their true number. */
export async function fill(url: string, megabytes: number): Promise<number> {
	const client = new pg.Client({connectionString: url});
	await client.connect();
	try {
		await client.query(schema);
		let size = 0;
		for (let first = 0; size < megabytes; first += perBatch) {
			for (const sql of batch) await client.query(sql, [first]);
			size = await tableMegabytes(client);
		}
		await client.query('VACUUM ANALYZE');
		return size;
	} finally {
		await client.end();
	}
}

async function tableMegabytes(client: pg.Client): Promise<number> {
	const {rows} = await client.query<{bytes: number}>(
		`SELECT sum(pg_table_size(oid))::float8 AS bytes FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`,
	);
	return (rows[0]?.bytes ?? 0) / 1e6;
}
