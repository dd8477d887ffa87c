import type {Approval} from '../../domain/approval.ts';
import type {AuditDetail} from '../../domain/audit.ts';
import type {Answer} from '../../domain/checklist.ts';
import type {Drill} from '../../domain/drill.ts';
import type {Escalation} from '../../domain/escalation.ts';
import type {GateRequest} from '../../domain/gate.ts';
import type {RecordedRehearsal, RehearsalGround} from '../../domain/recorded-rehearsal.ts';
import type {MigrationRequest, RequestState} from '../../domain/request.ts';
import type {Run, RunOutcome, RunReport, StepName, StepState} from '../../domain/run.ts';
import type {CatalogObject, SchemaDelta} from '../../domain/schema-delta.ts';
import type {Survey} from '../../domain/survey.ts';
import type {Stage} from '../../domain/stage.ts';
import type {Waiver} from '../../domain/waiver.ts';
import type {BackupChange, BackupRecords, BackupRow, LastBackup, WrittenSince} from './backup-records.ts';
import type {MessageKind, MessageSlot} from './message.ts';
import type {HistoryRow, TargetIdentity} from './targets.ts';

export type {BackupRow, LastBackup} from './backup-records.ts';

/** A request with everything that was decided and done about it: what messages are rendered from. */
export interface RequestRecord {
	readonly request: MigrationRequest;
	/** Where the target's configuration sent it: channel and worker pool. */
	readonly channel: string;
	readonly pool: string;
	readonly targetIdentity: TargetIdentity | null;
	/** A worker reviews it until then, unless it dies; epoch milliseconds. */
	readonly reviewLeaseUntil: number | null;
	/** Of the script as it is; null where there was none. */
	readonly rehearsal?: RecordedRehearsal | null;
	readonly answers: readonly Answer[];
	readonly approvals: readonly Approval[];
	readonly waivers: readonly Waiver[];
	/** Oldest first. */
	readonly runs: readonly Run[];
	readonly backups: readonly BackupRow[];
	/** The target's newest good backup, which a run may share where its configuration allows one that old. */
	readonly lastBackup?: LastBackup | null;
	readonly escalations: readonly Escalation[];
	/** Scripts that a newer one took the place of, oldest first. */
	readonly replaced: readonly ReplacedScript[];
	/** Pings of those who could approve, oldest first. */
	readonly calls: readonly ApproverCall[];
	/** Every request of the same submission in the order of the stages, this one among them; a single one stands alone. */
	readonly stages: readonly Stage[];
}

export interface ReplacedScript {
	readonly version: string;
	readonly summary: string;
	readonly scriptSha256: string;
	readonly scriptName: string;
	/** Somebody had approved it. */
	readonly approved: boolean;
	/** Who sent the newer one. */
	readonly person: string;
	readonly at: number;
}

export interface ApproverCall {
	readonly reviewDigest: string;
	readonly kind: 'asked' | 'reminder';
	/** Who asked; null for a reminder of Lockstep's own. */
	readonly person: string | null;
	/** Slack ids of those who were pinged. */
	readonly called: readonly string[];
	readonly at: number;
}

export interface NewRequest {
	readonly target: string;
	readonly pool: string;
	readonly channel: string;
	readonly app: string;
	readonly version: string;
	readonly summary: string;
	readonly historyTable: string;
	/** The request of the stage before; `earlier` is the one opened right before it in the same call. */
	readonly follows: number | 'earlier' | null;
	readonly script: NewScript;
	readonly requester: string;
	readonly author: string;
	readonly start: MigrationRequest['start'];
	readonly submissionKey: string;
	readonly at: number;
	readonly messages: readonly NewMessage[];
}

/** What a submission makes of one stage. */
export type StageChange =
	/** Only while the stage has no open request for the same app and history table. */
	| {readonly kind: 'opened'; readonly request: NewRequest}
	/** The open request changes; `followsEarlier`: it follows the request right before it in the same call. */
	| {readonly kind: 'changed'; readonly transition: Transition; readonly followsEarlier: boolean};

export type Opened =
	/** The number of each stage's request, in their order. */
	| {readonly kind: 'opened'; readonly numbers: readonly number[]}
	/** Somebody else changed or opened one of these requests meanwhile: load, decide and try again. */
	| {readonly kind: 'moved'};

/** Where a newer script takes the place of an older one. */
export type Slot = Pick<MigrationRequest, 'target' | 'app' | 'historyTable'>;

export interface NewScript {
	readonly sha256: string;
	readonly name: string;
	readonly bytes: Uint8Array;
}

export interface NewMessage {
	readonly kind: MessageKind;
	/** What the message needs beyond the record, such as a line's text. */
	readonly payload?: {readonly [key: string]: string | number | boolean | null};
}

/** One row's change inside a transition. */
export type Write =
	| {readonly kind: 'request'; readonly set: RequestChange}
	| {readonly kind: 'script'; readonly script: NewScript; readonly editor: string}
	| {readonly kind: 'review-claim'; readonly leaseMs: number}
	| {readonly kind: 'answer'; readonly answer: Answer}
	| {readonly kind: 'approval'; readonly approval: Approval}
	| {readonly kind: 'void-approvals'; readonly because: string}
	| {readonly kind: 'replaced-script'; readonly replaced: ReplacedScript}
	| {readonly kind: 'approver-call'; readonly call: ApproverCall}
	| {readonly kind: 'waiver'; readonly waiver: Waiver}
	| {readonly kind: 'run-started'; readonly run: {readonly worker: string; readonly leaseMs: number}}
	| {readonly kind: 'run'; readonly run: number; readonly set: RunChange}
	| {
			readonly kind: 'step';
			readonly run: number;
			readonly step: {
				readonly name: StepName;
				readonly state: StepState;
				readonly note: string | null;
				readonly at: number;
			};
	  }
	| {readonly kind: 'backup'; readonly backup: BackupRow}
	| {readonly kind: 'backup-change'; readonly backup: number; readonly set: BackupChange}
	/** The run goes with an earlier backup; `moved` where that one is being deleted. */
	| {readonly kind: 'backup-used'; readonly backup: number; readonly run: number}
	/** With its message. */
	| {
			readonly kind: 'escalation-opened';
			readonly run: number | null;
			readonly sentence: string;
			readonly at: number;
			readonly nextPingAt: number;
	  }
	| {readonly kind: 'escalation-pinged'; readonly escalation: number; readonly nextPingAt: number}
	| {readonly kind: 'escalation-acknowledged'; readonly escalation: number; readonly by: string; readonly at: number}
	| {readonly kind: 'message'; readonly message: NewMessage};

export type RequestChange = Partial<
	Pick<
		MigrationRequest,
		| 'state'
		| 'version'
		| 'summary'
		| 'author'
		| 'start'
		| 'historyTable'
		| 'follows'
		| 'review'
		| 'reviewDigest'
		| 'reviewedAt'
		| 'remindAt'
		| 'hold'
		| 'reason'
		| 'startDueAt'
		| 'approvedAt'
	>
> & {
	readonly targetIdentity?: TargetIdentity;
	readonly rehearsal?: RecordedRehearsal | null;
	/** Goes with {@link rehearsal}: null where there is none, or where it is too large to keep. */
	readonly rehearsalGround?: RehearsalGround | null;
	readonly writtenSince?: WrittenSince | null;
};

/** How the target stood right before apply, and what was to change: what verification compares with. */
export interface RunGround {
	readonly objects: readonly CatalogObject[];
	/** Null for a script that was not rehearsed. */
	readonly rehearsed: RehearsalGround | null;
	/** The run that applied: an earlier one where this one only verifies again what that one made. */
	readonly run: number;
	/** The history's rows; null where its table was not there. */
	readonly history: readonly HistoryRow[] | null;
}

/** How the target stood before a run that left something behind. */
export interface LeftBehind {
	readonly request: number;
	readonly run: number;
	/** Everything of its script is there. */
	readonly everything: boolean;
	/** A lead has closed the request. */
	readonly closed: boolean;
	readonly survey: Survey;
	/** Indexes that were invalid then. */
	readonly invalid: readonly string[];
}

export interface RunChange {
	readonly finishedAt?: number;
	readonly outcome?: RunOutcome;
	readonly cancelAskedBy?: string;
	readonly appliedBefore?: readonly string[];
	readonly invalidBefore?: readonly string[];
	readonly surveyBefore?: Survey;
	readonly drill?: Drill;
	readonly ground?: RunGround;
	readonly report?: RunReport;
}

/** One transition: written in one transaction with its audit event, or not at all. */
export interface Transition {
	readonly number: number;
	/** Compare-and-set on the request's revision; null where `claim` fences instead. */
	readonly revision: number | null;
	/** The writer's claim on its run: a worker that lost it writes nothing. */
	readonly claim: Claim | null;
	readonly event: {readonly kind: string; readonly actor: string; readonly at: number; readonly detail: AuditDetail};
	readonly writes: readonly Write[];
}

export interface Claim {
	readonly run: number;
	readonly epoch: number;
}

export type Committed =
	| {readonly kind: 'committed'}
	/** Somebody else changed the request meanwhile: load, decide and try again. */
	| {readonly kind: 'moved'}
	/** The claim is no longer ours. */
	| {readonly kind: 'lost'}
	/** Another run is active on the target. */
	| {readonly kind: 'target-busy'; readonly number: number};

export interface RequestLine {
	readonly number: number;
	readonly target: string;
	readonly app: string;
	readonly version: string;
	readonly summary: string;
	readonly state: RequestState;
	readonly requester: string;
	readonly createdAt: number;
}

export interface EndedRequest extends RequestLine {
	/** Epoch milliseconds. */
	readonly endedAt: number;
}

/** Where a message stands in Slack. */
export interface MessagePlace {
	readonly channel: string;
	readonly ts: string;
}

/** What the record tells of a target. */
export interface TargetFigures {
	readonly open: number;
	/** Epoch milliseconds of the newest backup; null where there is none. */
	readonly lastBackupAt: number | null;
	/** The newest run that was verified. */
	readonly lastVerified: {readonly number: number; readonly version: string; readonly at: number} | null;
}

/** What a board is made of. */
export interface BoardRows {
	/** What failed or runs first, then the newest. */
	readonly open: readonly RequestRecord[];
	/** Newest first. */
	readonly ended: readonly EndedRequest[];
	/** Where these requests' messages stand, by number; not yet posted ones are left out. */
	readonly places: ReadonlyMap<number, MessagePlace>;
	/** By name; a target without any request is left out. */
	readonly targets: ReadonlyMap<string, TargetFigures>;
}

/** What follows from the record to be done now, by job. */
export interface Due {
	readonly reviews: readonly {readonly number: number; readonly pool: string}[];
	/** `after`: the epoch of the claim that has ended. */
	readonly runs: readonly {readonly number: number; readonly pool: string; readonly after?: number | undefined}[];
	readonly escalations: readonly {readonly escalation: number; readonly number: number}[];
	/** Requests whose approvers are to be reminded. */
	readonly reminders: readonly number[];
	/** Requests with a message that is unsent or shows an older revision. */
	readonly messages: readonly number[];
	/** Reviewed requests whose target and history table another one's run has migrated since. */
	readonly overtaken: readonly number[];
	/** Worker pools that have backups past keeping. */
	readonly oldBackups: readonly string[];
}

/** Lockstep's own database: the truth. Throws Failure `record-unreachable`. */
export interface KnownMigration {
	readonly app: string;
	readonly id: string;
}

export interface RecordStore {
	/**
	 * Opens or changes the request of each stage, and those that are `linked` with them, in one transaction; one
	 * submission, however often delivered, opens its requests once.
	 */
	open(stages: readonly StageChange[], linked?: readonly Transition[]): Promise<Opened>;
	/** The newest request there that a newer script takes the place of, or null. */
	openIn(slot: Slot): Promise<number | null>;
	/** The request there that this submission opened or changed before, or null. */
	submitted(slot: Slot, submissionKey: string): Promise<number | null>;
	load(number: number): Promise<RequestRecord | null>;
	script(sha256: string): Promise<Uint8Array | null>;
	/** Of the request's recorded rehearsal; null where there is none, or where it was too large to keep. */
	rehearsalGround(number: number): Promise<RehearsalGround | null>;
	/** Null before the run's apply, and for a run from before Lockstep kept it. */
	runGround(run: number): Promise<RunGround | null>;
	commit(transition: Transition): Promise<Committed>;
	/** Transitions of linked requests: all in one transaction, or `moved` and none. */
	commitAll(transitions: readonly Transition[]): Promise<Extract<Committed, {kind: 'committed' | 'moved'}>>;
	/** Open requests first, newest first; `target` narrows. */
	list(options: {readonly target: string | null; readonly limit: number}): Promise<readonly RequestLine[]>;
	/** At most so many requests of each kind, in one snapshot. */
	board(most: {readonly open: number; readonly ended: number}): Promise<BoardRows>;
	/** The requests of this version, and those that were for it before a newer version took its place. */
	forGate(app: string, version: string, target: string | null): Promise<readonly GateRequest[]>;
	/**
	 * What speaks for these bytes on the target: a request of the app that verified them, else the newest that has them;
	 * null where nobody requested them there.
	 */
	bytesOn(target: string, app: string, sha256: string): Promise<Stage | null>;
	/** Requests whose verified runs migrated this one's target and history table after it was reviewed, oldest first. */
	overtakenBy(number: number): Promise<readonly number[]>;
	/**
	 * Another request of this target and history whose last run applied everything and was not verified, while no lead has
	 * closed it; null where there is none.
	 */
	unverifiedOn(target: string, historyTable: string, except: number): Promise<number | null>;
	/** What the runs rehearsed that were verified on the same target after this one had begun. */
	verifiedSince(run: number): Promise<readonly SchemaDelta[]>;
	/**
	 * Runs of this request's app, history table and very database that left something behind unverified, since the last
	 * verified one there, oldest first: of this request or of others, closed or not.
	 */
	leftBehind(number: number): Promise<readonly LeftBehind[]>;
	/** Which request's verified run applied each of these migrations last, where one did. */
	appliedBy(target: string, historyTable: string, ids: readonly string[]): Promise<ReadonlyMap<string, number>>;
	/** Ids of migrations that other requests' scripts with this history table found applied, or applied themselves. */
	knownMigrations(historyTable: string): Promise<readonly KnownMigration[]>;
	due(): Promise<Due>;
	readonly backups: BackupRecords;
	/**
	 * Takes over the request's active run when its lease has ended, with a new epoch; null while somebody holds it or
	 * there is none.
	 */
	takeOver(number: number, worker: string, leaseMs: number): Promise<Claim | null>;
	/** Extends the lease, and tells whether cancelling was asked and how many milliseconds are left; null: the claim is lost or its lease has ended. */
	heartbeat(claim: Claim, leaseMs: number): Promise<{readonly cancelAskedBy: string | null} | null>;
	/**
	 * Extends the claim on a review that ends at `until` (epoch milliseconds), and tells when it ends then; null: the claim
	 * is lost.
	 */
	renewReview(number: number, until: number, leaseMs: number): Promise<number | null>;
	/** Lets the lease end now: the next worker need not wait. */
	release(claim: Claim): Promise<void>;
	/** The claim of the run this worker just started. */
	activeClaim(number: number, worker: string): Promise<Claim | null>;
	/**
	 * Hands each unsent or outdated message of the request to `publish` under a row lock, in order; what it returns is
	 * stored. Skips messages that another publisher holds.
	 */
	publishMessages(number: number, publish: (slot: MessageSlot) => Promise<Published>): Promise<void>;
	/**
	 * Takes one edit of a message from the workspace's budget, which every process shares: milliseconds to wait, 0 when
	 * it was taken.
	 */
	takeEdit(message: number): Promise<number>;
	/** The newest audit chain is unbroken. */
	auditHolds(number: number): Promise<boolean>;
	/** The record's clock, epoch milliseconds. */
	now(): Promise<number>;
}

export type Published =
	| {
			readonly kind: 'published';
			readonly ts: string;
			/** The request's revision it shows. */
			readonly revision: number;
	  }
	/** Not now. `uncertain`: the call may have taken effect although no answer came. */
	| {readonly kind: 'later'; readonly inMs: number; readonly uncertain: boolean};
