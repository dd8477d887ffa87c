import {expect, test} from 'vitest';
import {efScript} from '../../support/ef-script.ts';
import {createShop, reported} from './rehearsing.ts';

/** As large as the largest public script we know of, 528 KB. */
const migrations = 80;
const statementsOfEach = 20;

test('a script of half a megabyte is rehearsed against a hundred tables', async () => {
	const tables = Array.from(
		{length: 100},
		(_, n) =>
			`CREATE TABLE t${n} (id uuid PRIMARY KEY, note text NOT NULL DEFAULT '', total numeric(18, 2), at timestamptz); CREATE INDEX ix_t${n} ON t${n} (note);`,
	);
	const shop = await createShop(tables.join('\n'));
	const bytes = efScript({
		version: '10',
		migrations: Array.from({length: migrations}, (_, m) => ({
			id: `202602${String(m).padStart(8, '0')}_Step`,
			statements: Array.from({length: statementsOfEach}, (__, s) =>
				s % 4 === 0
					? `CREATE TABLE "Made${m}In${s}" ("Id" uuid NOT NULL, "Name" character varying(200) NOT NULL, "CompanyId" uuid, "CreatedAt" timestamp with time zone NOT NULL, "UpdatedAt" timestamp with time zone, CONSTRAINT "PK_Made${m}In${s}" PRIMARY KEY ("Id"))`
					: `ALTER TABLE t${(m + s) % 100} ADD "Column${m}In${s}" character varying(500) NOT NULL DEFAULT ''`,
			),
		})),
	});
	const startedAt = performance.now();
	const rehearsal = await shop.rehearse(bytes);
	const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
	expect(rehearsal.kind).toBe('passed');
	const {on, first, second, effects} = reported(rehearsal);
	expect(effects.length).toBe(migrations * statementsOfEach);
	console.log(
		`${Math.round(bytes.length / 1024)} KB in ${seconds} s: prepared in ${on.preparedInMs} ms, passes ${first.milliseconds} and ${second?.milliseconds ?? 0} ms`,
	);
});
