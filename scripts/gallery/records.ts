import type {Finding} from '../../src/domain/review/finding.ts';
import {defaultReviewPolicy} from '../../src/domain/review/policy.ts';
import type {Review} from '../../src/domain/review/review.ts';
import type {MigrationRequest} from '../../src/domain/request.ts';
import type {Run, RunReport} from '../../src/domain/run.ts';
import type {Target} from '../../src/domain/target.ts';
import type {BackupRow, RequestRecord} from '../../src/operations/ports/record.ts';

/** 2026-03-02 10:00 UTC. */
export const noon = Date.UTC(2026, 2, 2, 10);
export const digest = 'd'.repeat(64);
export const sha256 = 'ab12'.repeat(16);

/** The people of the simulator's own workspace. */
export const dana = 'U0DANA00001';
export const priya = 'U0PRIYA0001';
export const omar = 'U0OMAR00001';
export const lena = 'U0LENA00001';

export function target(change: Partial<Target> = {}): Target {
	return {
		name: 'shop-production',
		channel: 'C0DBMIGR001',
		pool: 'default',
		histories: [{app: 'shop', context: 'ShopContext', table: '"__EFMigrationsHistory"'}],
		people: {approvers: ['S0APPROVER1'], waivers: ['U0LENA00001'], leads: ['S0LEADS0001'], onCall: ['sam@example.com']},
		policy: {
			requesterMayApprove: false,
			startAtOnceAllowed: false,
			review: defaultReviewPolicy,
			approvalHours: 24,
			escalateEveryMinutes: 10,
			approvals: 1,
			onlyVerifiedBytes: false,
			remindAfterMinutes: 120,
			workingHours: {timeZone: 'UTC', days: [1, 2, 3, 4, 5], from: 9, to: 17},
		},
		after: null,
		backup: {directory: '/backups', keepDays: 7, required: true},
		apply: {lockTimeoutMs: 500, lockAttempts: 3, role: null, graceMs: 1000, maxActiveSessions: null},
		verification: {appRoles: [], probes: [], ignore: []},
		rehearsal: {enabled: true},
		drill: {enabled: true, maxBytes: 20 * 1024 ** 3, withinMs: 3_600_000},
		restoreRunbook: 'https://wiki.example.com/restore',
		...change,
	};
}

export function finding(change: Partial<Finding> = {}): Finding {
	return {
		rule: 'drop-column',
		severity: 'warning',
		waivable: true,
		destructive: true,
		item: 'no-destructive-drop',
		migration: '20260301090000_DropLegacyNote',
		place: {line: 12, column: 3},
		furtherPlaces: [],
		statement: 'ALTER TABLE orders DROP COLUMN legacy_note;',
		message: 'orders.legacy_note is dropped and holds values.',
		why: 'What it holds is gone.',
		remedy: 'Drop it one release after the last version that reads it.',
		...change,
	};
}

export function review(change: Partial<Review> = {}): Review {
	return {
		direction: 'up',
		historyTable: '"__EFMigrationsHistory"',
		pending: ['20260301090000_AddCoupons', '20260301090500_AddCouponIndex'],
		alreadyApplied: ['20260101000000_Initial'],
		changes: [],
		findings: [],
		destructive: false,
		tables: [],
		largeTableRows: 1_000_000,
		...change,
	};
}

export function report(change: Partial<RunReport> = {}): RunReport {
	return {
		landed: 'everything',
		landedMigrations: ['20260301090000_AddCoupons', '20260301090500_AddCouponIndex'],
		missingMigrations: [],
		rerunSafe: true,
		failure: null,
		warnings: [],
		tables: ['created public.coupons'],
		lastHistory: [{migrationId: '20260301090500_AddCouponIndex', productVersion: '10.0.0'}],
		allTables: ['public.coupons', 'public.orders'],
		output: 'COMMIT',
		...change,
	};
}

export function run(change: Partial<Run> = {}): Run {
	return {
		id: 1,
		epoch: 1,
		worker: 'worker-1',
		leaseUntil: noon + 30_000,
		startedAt: noon,
		finishedAt: noon + 65_000,
		outcome: 'verified',
		cancelAskedBy: null,
		steps: [
			{name: 'preflight', state: 'done', startedAt: noon, finishedAt: noon + 400, note: null},
			{
				name: 'backup',
				state: 'done',
				startedAt: noon + 400,
				finishedAt: noon + 18_400,
				note: '195.0 MB, read back in full',
			},
			{name: 'apply', state: 'done', startedAt: noon + 18_400, finishedAt: noon + 21_900, note: null},
			{name: 'verify', state: 'done', startedAt: noon + 21_900, finishedAt: noon + 22_100, note: null},
		],
		appliedBefore: ['20260101000000_Initial'],
		surveyBefore: null,
		invalidBefore: null,
		report: report(),
		...change,
	};
}

export function backup(change: Partial<BackupRow> = {}): BackupRow {
	return {
		run: 1,
		fileName: 'pre-migration-20260302T100000Z-MR-12.dump',
		path: '/backups/shop-production/pre-migration-20260302T100000Z-MR-12.dump',
		bytes: 195_000_000,
		sha256,
		restoreCommand:
			'pg_restore --dbname=shop_restore /backups/shop-production/pre-migration-20260302T100000Z-MR-12.dump',
		finishedAt: noon + 18_400,
		keepUntil: noon + 7 * 86_400_000,
		...change,
	};
}

export function record(
	request: Partial<MigrationRequest> = {},
	change: Partial<Omit<RequestRecord, 'request'>> = {},
): RequestRecord {
	const stage = {number: 12, target: 'shop-production', state: 'in-review', scriptSha256: sha256, ...request} as const;
	return {
		request: {
			number: 12,
			revision: 3,
			target: 'shop-production',
			app: 'shop',
			version: '2.4.0',
			summary: 'Adds coupons.',
			historyTable: '"__EFMigrationsHistory"',
			follows: null,
			scriptSha256: sha256,
			scriptName: 'migration.sql',
			scriptBytes: 4200,
			requester: dana,
			author: dana,
			lastEditor: dana,
			start: {kind: 'by-hand'},
			startDueAt: null,
			state: 'in-review',
			review: review(),
			reviewDigest: digest,
			reviewedAt: noon,
			remindAt: null,
			hold: null,
			reason: null,
			approvedAt: null,
			createdAt: noon,
			...request,
		},
		channel: 'C0DBMIGR001',
		pool: 'default',
		targetIdentity: null,
		reviewLeaseUntil: null,
		answers: [],
		approvals: [],
		waivers: [],
		runs: [],
		backups: [],
		escalations: [],
		replaced: [],
		calls: [],
		stages: [{number: stage.number, target: stage.target, state: stage.state, scriptSha256: stage.scriptSha256}],
		...change,
	};
}

const items = ['no-destructive-drop', 'not-null-filled', 'large-index-concurrently', 'no-destructive-rename'] as const;

/** Every answerable item answered with yes. */
export function answered(reason: string | null = null): RequestRecord['answers'] {
	return items.map((item) => ({
		item,
		verdict: 'yes' as const,
		reason,
		person: dana,
		reviewDigest: digest,
		evidence: 'clean',
	}));
}
