import type {ReviewPolicy} from './review/policy.ts';
import {parseTableName, sameTable} from './script/schema-change.ts';

/** A production database Lockstep may migrate, as configured; nothing here is secret. */
export interface Target {
	readonly name: string;
	/** Slack channel id where the target's requests live. */
	readonly channel: string;
	/** Worker pool that can reach the target: one queue per pool. */
	readonly pool: string;
	readonly histories: readonly TargetHistory[];
	readonly people: TargetPeople;
	readonly policy: TargetPolicy;
	readonly backup: BackupPolicy;
	readonly apply: ApplyPolicy;
	readonly verification: VerificationPolicy;
	readonly rehearsal: RehearsalPolicy;
	readonly drill: DrillPolicy;
	/** Link to the target's restore runbook, shown on failure. */
	readonly restoreRunbook: string;
	/** The target of the stage before, such as staging; null for a first or only stage. */
	readonly after: string | null;
}

/** One history table of the target: one per app and context. */
export interface TargetHistory {
	readonly app: string;
	readonly context: string;
	/** As written in SQL, quotes included: `"__EFMigrationsHistory"` or `inventory."__EFMigrationsHistory"`. */
	readonly table: string;
}

/** The apps and contexts that keep their history in this table of the target. */
export function historyKeepers(target: Pick<Target, 'histories'>, historyTable: string): readonly TargetHistory[] {
	const asked = parseTableName(historyTable);
	return target.histories.filter(({table}) => {
		const listed = parseTableName(table);
		return asked !== null && listed !== null && sameTable(asked, listed);
	});
}

/** Slack user ids, user-group ids or e-mail addresses, as configured. */
export interface TargetPeople {
	readonly approvers: readonly string[];
	/** Who may waive a blocker. */
	readonly waivers: readonly string[];
	readonly leads: readonly string[];
	readonly onCall: readonly string[];
}

export interface TargetPolicy {
	/** A requester who is neither author nor last editor may approve. */
	readonly requesterMayApprove: boolean;
	/** A request may start by itself as soon as it is approved. */
	readonly startAtOnceAllowed: boolean;
	readonly review: ReviewPolicy;
	readonly approvalHours: number;
	/** Minutes between two pings of an escalation nobody has acknowledged. */
	readonly escalateEveryMinutes: number;
	/** Approvals that are asked for at least; a destructive finding, a waiver or a revert ask for two anyway. */
	readonly approvals: 1 | 2;
	/** The target takes only bytes that the stage before has verified, and waits for it. */
	readonly onlyVerifiedBytes: boolean;
	/** Working minutes until those who could approve are reminded; null for never. */
	readonly remindAfterMinutes: number | null;
	readonly workingHours: WorkingHours;
}

/** When people may be reminded. */
export interface WorkingHours {
	/** IANA name, such as `Europe/Berlin`. */
	readonly timeZone: string;
	/** ISO weekdays: 1 is Monday, 7 is Sunday. */
	readonly days: readonly number[];
	/** Hours of the day, 0 to 24; `from` counts, `to` does not. */
	readonly from: number;
	readonly to: number;
}

export interface BackupPolicy {
	/** Null where backups are kept elsewhere: in a bucket. */
	readonly directory: string | null;
	/** Runbook: at least 7 days. */
	readonly keepDays: number;
	/** False where a stage goes without, such as a staging database that is made anew every night. */
	readonly required: boolean;
	/** What people call the program that takes them in pg_dump's place, a deviation from the runbook; else null or not said. */
	readonly program?: string | null;
	/** What is kept can be read with a key alone, which no worker has. */
	readonly encrypted?: boolean;
	/** False where that program's backups are not Lockstep's to remove. */
	readonly removable?: boolean;
	/** Milliseconds for which requests of the target may share a backup; null or not said: each run takes its own. */
	readonly reuseWithinMs?: number | null;
}

/** What is looked at after apply beside tables, indexes and history. */
export interface VerificationPolicy {
	/** Roles that the application logs in with, or their groups: what is new must be as usable to them as its siblings. */
	readonly appRoles: readonly string[];
	readonly probes: readonly Probe[];
	/**
	 * Objects that come and go without Lockstep, such as nightly partitions: as PostgreSQL names them, `*` for any
	 * characters. What matches is never told as a change elsewhere.
	 */
	readonly ignore: readonly string[];
}

/** A question about the data that must be answered with true. */
export interface Probe {
	readonly name: string;
	/** A SELECT of one row, whose first column counts. */
	readonly sql: string;
}

export interface RehearsalPolicy {
	/** Scripts are tried on a throw-away copy of the schema before anybody is asked to approve them. */
	readonly enabled: boolean;
}

/** A drill copies personal data to the worker: 0700, removed at its end, logged. */
export interface DrillPolicy {
	readonly enabled: boolean;
	/** A larger database is not restored: bytes on the target's disk. */
	readonly maxBytes: number;
	/** For the restore and the script together. Milliseconds. */
	readonly withinMs: number;
}

export interface ApplyPolicy {
	/** Milliseconds a statement may wait for one lock (PostgreSQL: lock_timeout counts per lock). */
	readonly lockTimeoutMs: number;
	/** How often a wholly transactional script is tried again after lock_timeout before the run is held. */
	readonly lockAttempts: number;
	/** Role that psql assumes by SET ROLE before the script, or null. */
	readonly role: string | null;
	/** Milliseconds an apply may go on after the worker was asked to stop. */
	readonly graceMs: number;
	/** Sessions active on the target above which a run is held, or null for no limit. */
	readonly maxActiveSessions: number | null;
}
