import {hostileFindings, someFindings} from './findings.ts';
import {type Scene, sceneOf} from './scene.ts';
import {hostile, hostileFrom, longWords} from './texts.ts';

const shortScene = sceneOf({
	variant: 'short',
	app: 'shop',
	version: '2.4.0',
	targetName: 'shop-production',
	summary: 'Coupons: a code for every order.',
	scriptName: 'migration.sql',
	reason: 'Unused since 2.1.0.',
	failure: 'duplicate key value violates unique constraint "ix_customers_email"',
	output:
		'START TRANSACTION\nDO\nERROR:  could not create unique index "ix_customers_email"\nDETAIL:  Key (email)=(a@example.com) is duplicated.',
	warnings: [],
	pending: ['20260301090000_AddCoupons', '20260301090500_AddCouponIndex'],
	applied: ['20260101000000_Initial'],
	tables: ['created public.coupons', 'altered public.orders'],
	largeTables: ['orders'],
	statements: [
		{
			migration: '20260301090000_AddCoupons',
			place: {line: 12, column: 9},
			sql: 'CREATE TABLE coupons (\n    id uuid NOT NULL,\n    code text NOT NULL,\n    CONSTRAINT pk_coupons PRIMARY KEY (id)\n);',
			conditions: [],
		},
		{
			migration: '20260301090500_AddCouponIndex',
			place: {line: 31, column: 9},
			sql: 'CREATE UNIQUE INDEX ix_coupons_code ON coupons (code);',
			conditions: ["IF current_setting('server_version_num')::int >= 150000"],
		},
	],
	note: '195.0 MB, read back in full',
	restoreCommand: 'pg_restore --dbname=shop_restore /backups/shop-production/pre-migration-20260302T100000Z-MR-12.dump',
	fileName: 'pre-migration-20260302T100000Z-MR-12.dump',
	restoreRunbook: 'https://wiki.example.com/restore',
	findings: (kind) => someFindings(kind, 1),
});

const manyIds = Array.from(
	{length: 45},
	(_, index) => `202603${10 + (index % 20)}${1000 + index}00_${'Reporting'.repeat(1 + (index % 6))}${index}`,
);
const manyTables = Array.from(
	{length: 120},
	(_, index) => `reporting_${'wide_'.repeat(1 + (index % 4))}table_${index}`,
);

const longScene = sceneOf({
	variant: 'long',
	app: 'wholesale-backoffice-reporting-and-invoicing',
	version: '2026.11.23-rc.4+build.20261123.118.a1b2c3d4e5f6',
	targetName: 'wholesale-backoffice-production-eu-central-1-primary',
	summary: longWords.slice(0, 500),
	scriptName: `wholesale-backoffice-${'reporting-'.repeat(12)}migrations.sql`,
	reason: longWords,
	failure: `ERROR:  canceling statement due to lock timeout; CONTEXT:  SQL statement "ALTER TABLE ${manyTables[3] ?? ''} ADD COLUMN settled_at timestamp with time zone NOT NULL DEFAULT now()". ${longWords}`,
	output: Array.from(
		{length: 200},
		(_, index) => `psql:migration.sql:${index}: NOTICE:  relation already exists, skipping`,
	).join('\n'),
	warnings: Array.from(
		{length: 30},
		(_, index) => `psql:migration.sql:${index}: WARNING:  there is no transaction in progress`,
	),
	pending: manyIds,
	applied: manyIds.map((id) => `2025${id.slice(4)}`),
	tables: manyTables.map((name) => `altered reporting.${name}`),
	largeTables: manyTables.slice(0, 9),
	statements: manyIds.map((migration, index) => ({
		migration,
		place: {line: 12 + 40 * index, column: 9},
		sql: `ALTER TABLE ${manyTables[index] ?? ''}\n    ADD COLUMN settled_at timestamp with time zone NOT NULL DEFAULT now(),\n    ADD COLUMN settled_by text NOT NULL DEFAULT '';`,
		conditions: [],
	})),
	note: '195,312.4 MB, read back in full, 5.9 times faster than the newest one before; the directory has room for 41 more of this size',
	restoreCommand: `pg_restore --dbname=wholesale_restore --jobs=8 --no-owner /backups/${'wholesale-backoffice/'.repeat(8)}pre-migration-20260302T100000Z-MR-12.dump`,
	fileName: 'pre-migration-wholesale-backoffice-production-eu-central-1-primary-20260302T100000Z-MR-12.dump',
	restoreRunbook: 'https://wiki.example.com/spaces/platform/pages/123456789/Restoring+the+wholesale+backoffice',
	findings: (kind) => someFindings(kind, 14),
});

const hostileIds = Array.from({length: 300}, (_, index) => hostileFrom(`2026030109${1000 + index}_`, 200 + 10 * index));

const hostileScene = sceneOf({
	variant: 'hostile',
	app: hostile,
	version: hostile,
	targetName: hostile,
	summary: hostile,
	scriptName: hostile,
	reason: hostile,
	failure: hostile,
	output: hostile,
	warnings: hostileIds,
	pending: hostileIds,
	applied: hostileIds,
	tables: hostileIds.map((id) => `created ${id}`),
	largeTables: hostileIds,
	statements: hostileIds.map((migration) => ({
		migration,
		place: {line: 1, column: 1},
		sql: hostile,
		conditions: [hostile],
	})),
	note: hostile,
	restoreCommand: hostile,
	fileName: hostile,
	restoreRunbook: hostile,
	// 200 in all where a review has two kinds.
	findings: (kind) => hostileFindings(kind, 100),
});

export const scenes: readonly Scene[] = [shortScene, longScene, hostileScene];
