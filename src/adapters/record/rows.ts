import {z} from 'zod';

import type {Approval} from '../../domain/approval.ts';
import {answerableItemIds, checklistItemIds, type Answer} from '../../domain/checklist.ts';
import type {Drill} from '../../domain/drill.ts';
import type {Escalation} from '../../domain/escalation.ts';
import {type MigrationRequest, requestStates} from '../../domain/request.ts';
import type {RecordedRehearsal} from '../../domain/recorded-rehearsal.ts';
import type {Review} from '../../domain/review/review.ts';
import {type Run, type RunReport, type Step, stepNames} from '../../domain/run.ts';
import type {Stage} from '../../domain/stage.ts';
import type {Survey} from '../../domain/survey.ts';
import type {Waiver} from '../../domain/waiver.ts';
import type {
	ApproverCall,
	BackupRow,
	EndedRequest,
	LastBackup,
	ReplacedScript,
	RequestLine,
} from '../../operations/ports/record.ts';

/** timestamptz → epoch milliseconds. */
const Time = z.date().transform((date) => date.getTime());
const MaybeTime = Time.nullable();

// Reviews and reports are written by this program alone and only ever read back: their shape is the domain's type.
const StoredReview = z.unknown().transform((value) => value as Review | null);
const StoredRehearsal = z.unknown().transform((value) => value as RecordedRehearsal | null);
const StoredSurvey = z.unknown().transform((value) => value as Survey | null);
const StoredDrill = z.unknown().transform((value) => value as Drill | null);
const StoredReport = z.unknown().transform((value) => value as RunReport | null);

const Start = z.union([
	z.object({kind: z.literal('by-hand')}),
	z.object({kind: z.literal('at'), at: z.number()}),
	z.object({kind: z.literal('at-once')}),
]);

const Identity = z.object({
	endpoint: z.string(),
	database: z.string(),
	systemIdentifier: z.string(),
	databaseOid: z.number(),
	uuid: z.string().nullable(),
});

export const RequestRow = z
	.object({
		number: z.number(),
		revision: z.number(),
		target: z.string(),
		pool: z.string(),
		channel: z.string(),
		app: z.string(),
		version: z.string(),
		summary: z.string(),
		history_table: z.string(),
		follows: z.number().nullable(),
		script_sha256: z.string(),
		script_name: z.string(),
		script_bytes: z.number(),
		requester: z.string(),
		author: z.string(),
		last_editor: z.string(),
		start_rule: Start,
		start_due_at: MaybeTime,
		state: z.enum(requestStates),
		review: StoredReview,
		review_digest: z.string().nullable(),
		reviewed_at: MaybeTime,
		remind_at: MaybeTime,
		review_lease_until: MaybeTime,
		rehearsal: StoredRehearsal,
		target_identity: Identity.nullable(),
		hold_reason: z.string().nullable(),
		hold_until: MaybeTime,
		reason: z.string().nullable(),
		approved_at: MaybeTime,
		created_at: Time,
	})
	.transform((row) => ({
		pool: row.pool,
		channel: row.channel,
		targetIdentity: row.target_identity,
		reviewLeaseUntil: row.review_lease_until,
		rehearsal: row.rehearsal,
		request: {
			number: row.number,
			revision: row.revision,
			target: row.target,
			app: row.app,
			version: row.version,
			summary: row.summary,
			historyTable: row.history_table,
			follows: row.follows,
			scriptSha256: row.script_sha256,
			scriptName: row.script_name,
			scriptBytes: row.script_bytes,
			requester: row.requester,
			author: row.author,
			lastEditor: row.last_editor,
			start: row.start_rule,
			startDueAt: row.start_due_at,
			state: row.state,
			review: row.review,
			reviewDigest: row.review_digest,
			reviewedAt: row.reviewed_at,
			remindAt: row.remind_at,
			hold:
				row.hold_reason === null || row.hold_until === null ? null : {reason: row.hold_reason, until: row.hold_until},
			reason: row.reason,
			approvedAt: row.approved_at,
			createdAt: row.created_at,
		} satisfies MigrationRequest,
	}));

export const AnswerRow = z
	.object({
		item: z.enum(answerableItemIds),
		verdict: z.enum(['yes', 'not-applicable', 'no']),
		reason: z.string().nullable(),
		person: z.string(),
		review_digest: z.string(),
		evidence: z.string(),
	})
	.transform(({review_digest, ...row}): Answer => ({...row, reviewDigest: review_digest}));

export const ApprovalRow = z
	.object({
		person: z.string(),
		review_digest: z.string(),
		confirmed_items: z.array(z.enum(checklistItemIds)),
		at: Time,
		voided_because: z.string().nullable(),
	})
	.transform((row): Approval => ({
		person: row.person,
		reviewDigest: row.review_digest,
		confirmedItems: row.confirmed_items,
		at: row.at,
		voidedBecause: row.voided_because,
	}));

export const WaiverRow = z
	.object({rule: z.string(), person: z.string(), reason: z.string(), review_digest: z.string()})
	.transform(({review_digest, ...row}): Waiver => ({...row, reviewDigest: review_digest}));

export const StepRow = z
	.object({
		run: z.number(),
		name: z.enum(stepNames),
		state: z.enum(['running', 'done', 'failed', 'dropped']),
		started_at: Time,
		finished_at: MaybeTime,
		note: z.string().nullable(),
	})
	.transform((row): Step & {readonly run: number} => ({
		run: row.run,
		name: row.name,
		state: row.state,
		startedAt: row.started_at,
		finishedAt: row.finished_at,
		note: row.note,
	}));

export const RunRow = z
	.object({
		id: z.number(),
		epoch: z.number(),
		worker: z.string(),
		lease_until: Time,
		started_at: Time,
		finished_at: MaybeTime,
		outcome: z.enum(['verified', 'failed', 'held', 'moved']).nullable(),
		cancel_asked_by: z.string().nullable(),
		applied_before: z.array(z.string()).nullable(),
		invalid_before: z.array(z.string()).nullable(),
		survey_before: StoredSurvey,
		drill: StoredDrill,
		report: StoredReport,
	})
	.transform((row): Omit<Run, 'steps'> => ({
		id: row.id,
		epoch: row.epoch,
		worker: row.worker,
		leaseUntil: row.lease_until,
		startedAt: row.started_at,
		finishedAt: row.finished_at,
		outcome: row.outcome,
		cancelAskedBy: row.cancel_asked_by,
		appliedBefore: row.applied_before,
		invalidBefore: row.invalid_before,
		surveyBefore: row.survey_before,
		drill: row.drill,
		report: row.report,
	}));

export const BackupRowShape = z
	.object({
		run: z.number(),
		file_name: z.string(),
		path: z.string(),
		bytes: z.coerce.number(),
		sha256: z.string(),
		restore_command: z.string(),
		finished_at: Time,
		keep_until: Time,
		kind: z.enum(['dump', 'program']),
		rows_written: z.coerce.number().nullable(),
	})
	.transform((row): BackupRow => ({
		run: row.run,
		kind: row.kind,
		rowsWritten: row.rows_written,
		fileName: row.file_name,
		path: row.path,
		bytes: row.bytes,
		sha256: row.sha256,
		restoreCommand: row.restore_command,
		finishedAt: row.finished_at,
		keepUntil: row.keep_until,
	}));

export const LastBackupRow = z
	.object({
		taken_by: z.number(),
		file_name: z.string(),
		finished_at: Time,
		written: z.object({rows: z.number(), at: z.number()}).nullable(),
	})
	.transform((row): LastBackup => ({
		request: row.taken_by,
		fileName: row.file_name,
		finishedAt: row.finished_at,
		written: row.written,
	}));

export const EscalationRow = z
	.object({
		id: z.number(),
		opened_at: Time,
		sentence: z.string(),
		pings: z.number(),
		next_ping_at: MaybeTime,
		acknowledged_by: z.string().nullable(),
		acknowledged_at: MaybeTime,
	})
	.transform((row): Escalation => ({
		id: row.id,
		openedAt: row.opened_at,
		sentence: row.sentence,
		pings: row.pings,
		nextPingAt: row.next_ping_at,
		acknowledgedBy: row.acknowledged_by,
		acknowledgedAt: row.acknowledged_at,
	}));

export const ReplacedRow = z
	.object({
		version: z.string(),
		summary: z.string(),
		script_sha256: z.string(),
		script_name: z.string(),
		approved: z.boolean(),
		person: z.string(),
		at: Time,
	})
	.transform(({script_sha256, script_name, ...row}): ReplacedScript => ({
		...row,
		scriptSha256: script_sha256,
		scriptName: script_name,
	}));

export const CallRow = z
	.object({
		review_digest: z.string(),
		kind: z.enum(['asked', 'reminder']),
		person: z.string().nullable(),
		called: z.array(z.string()),
		at: Time,
	})
	.transform(({review_digest, ...row}): ApproverCall => ({...row, reviewDigest: review_digest}));

export const StageRow = z
	.object({number: z.number(), target: z.string(), state: z.enum(requestStates), script_sha256: z.string()})
	.transform(({script_sha256, ...row}): Stage => ({...row, scriptSha256: script_sha256}));

export const LineRow = z
	.object({
		number: z.number(),
		target: z.string(),
		app: z.string(),
		version: z.string(),
		summary: z.string(),
		state: z.enum(requestStates),
		requester: z.string(),
		created_at: Time,
	})
	.transform(({created_at, ...row}): RequestLine => ({...row, createdAt: created_at}));

export const EndedRow = z
	.object({ended_at: Time})
	.loose()
	.transform((row): EndedRequest => ({...LineRow.parse(row), endedAt: row.ended_at}));
