import {efScript, efVersions, type EfVersion} from '../support/ef-script.ts';

/** A script of which the server runs every statement, in the shape of one EF version, and its migrations. */
export interface KnownGoodScript {
	readonly version: EfVersion;
	readonly bytes: Buffer;
	readonly ids: readonly string[];
}

const ids = ['20240101000000_First', '20240102000000_Second'];

const first = [
	'CREATE TABLE parcels (id integer PRIMARY KEY, "Größe" text)',
	"INSERT INTO parcels (id) VALUES (1), (2);\n    UPDATE parcels SET \"Größe\" = 'it''s; big' WHERE id = 1",
	"PERFORM setval('numbers', 5)",
	'CREATE INDEX ix_parcels ON parcels ("Größe")',
];

const second = [
	'IF EXISTS (SELECT 1 FROM parcels) THEN DELETE FROM lines WHERE id = 1; END IF',
	'FOR i IN 1..2 LOOP UPDATE orders SET quantity = i WHERE id = i; END LOOP',
	"BEGIN RAISE unique_violation; EXCEPTION WHEN unique_violation THEN UPDATE canary SET note = 'handled'; END",
	'DECLARE v integer; BEGIN SELECT count(*), 1 INTO v FROM customers; DELETE FROM canary WHERE id = v; END',
	"EXECUTE 'ALTER TABLE orders ADD weight integer'",
	'DO $inner$ BEGIN TRUNCATE lines; END $inner$',
	'WITH gone AS (DELETE FROM canary WHERE id = 9 RETURNING id) INSERT INTO lines (id) SELECT id FROM gone',
	'ALTER TABLE orders ADD carrier text',
];

export const knownGoodScripts: readonly KnownGoodScript[] = efVersions.map((version) => ({
	version,
	ids,
	bytes: efScript({
		version,
		crlf: version === '8',
		migrations: [
			{id: ids[0] ?? '', statements: first},
			{id: ids[1] ?? '', statements: second},
		],
	}),
}));
