import type {Approval} from '../../domain/approval.ts';
import type {BackupRow, RequestChange, RunChange, Write} from '../../operations/ports/record.ts';
import {insertMessage, insertScript} from './inserts.ts';
import {changeBackup, useBackup} from './backups.ts';
import type {Client} from './connection.ts';
import {keepRehearsalGround, keepRunGround} from './grounds.ts';
import {Rolledback} from './rolled-back.ts';

/** Writes one row's change of a transition. */
export async function write(client: Client, request: number, change: Write): Promise<void> {
	switch (change.kind) {
		case 'request':
			return await changeRequest(client, request, change.set);
		case 'script':
			await insertScript(client, change.script);
			await keepRehearsalGround(client, request, null);
			return await run(
				client,
				`update request set script_sha256 = $2, script_name = $3, last_editor = $4, review = null, review_digest = null, rehearsal = null where number = $1`,
				[request, change.script.sha256, change.script.name, change.editor],
			);
		case 'review-claim':
			return await run(
				client,
				`update request set review_lease_until = clock_timestamp() + $2 * interval '1 millisecond' where number = $1`,
				[request, change.leaseMs],
			);
		case 'answer': {
			const {item, verdict, reason, person, reviewDigest, evidence} = change.answer;
			return await run(
				client,
				`insert into answer (request, item, verdict, reason, person, review_digest, evidence) values ($1, $2, $3, $4, $5, $6, $7)`,
				[request, item, verdict, reason, person, reviewDigest, evidence],
			);
		}
		case 'approval':
			return await insertApproval(client, request, change.approval);
		case 'void-approvals':
			return await run(
				client,
				`update approval set voided_because = $2 where request = $1 and voided_because is null`,
				[request, change.because],
			);
		case 'replaced-script': {
			const {version, summary, scriptSha256, scriptName, approved, person, at} = change.replaced;
			return await run(
				client,
				`insert into replaced_script (request, version, summary, script_sha256, script_name, approved, person, at)
				values ($1, $2, $3, $4, $5, $6, $7, $8)`,
				[request, version, summary, scriptSha256, scriptName, approved, person, new Date(at)],
			);
		}
		case 'approver-call': {
			const {reviewDigest, kind, person, called, at} = change.call;
			return await run(
				client,
				`insert into approver_call (request, review_digest, kind, person, called, at) values ($1, $2, $3, $4, $5, $6)`,
				[request, reviewDigest, kind, person, called, new Date(at)],
			);
		}
		case 'waiver': {
			const {rule, person, reason, reviewDigest} = change.waiver;
			return await run(
				client,
				`insert into waiver (request, rule, person, reason, review_digest) values ($1, $2, $3, $4, $5) on conflict do nothing`,
				[request, rule, person, reason, reviewDigest],
			);
		}
		case 'run-started':
			return await run(
				client,
				`insert into run (request, target, worker, lease_until)
				select number, target, $2, clock_timestamp() + $3 * interval '1 millisecond' from request where number = $1`,
				[request, change.run.worker, change.run.leaseMs],
			);
		case 'run':
			return await changeRun(client, change.run, change.set);
		case 'step':
			return await writeStep(client, change.run, change.step);
		case 'backup':
			return await insertBackup(client, request, change.backup);
		case 'backup-change':
			return orMoved(await changeBackup(client, change.backup, change.set));
		case 'backup-used':
			return orMoved(await useBackup(client, {backup: change.backup, request, run: change.run}));
		case 'escalation-opened':
			return await openEscalation(client, request, change);
		case 'escalation-pinged':
			return await run(client, `update escalation set pings = pings + 1, next_ping_at = $2 where id = $1`, [
				change.escalation,
				new Date(change.nextPingAt),
			]);
		case 'escalation-acknowledged':
			return await run(
				client,
				`update escalation set acknowledged_by = $2, acknowledged_at = $3, next_ping_at = null where id = $1 and acknowledged_by is null`,
				[change.escalation, change.by, new Date(change.at)],
			);
		case 'message':
			return await insertMessage(client, request, change.message);
	}
}

function orMoved(done: boolean): void {
	if (!done) throw new Rolledback({kind: 'moved'});
}

async function run(client: Client, text: string, values: readonly unknown[]): Promise<void> {
	await client.query(text, [...values]);
}

async function changeRequest(client: Client, number: number, set: RequestChange): Promise<void> {
	const columns: [string, unknown][] = [];
	if (set.state !== undefined) columns.push(['state', set.state]);
	if (set.review !== undefined) columns.push(['review', set.review === null ? null : JSON.stringify(set.review)]);
	if (set.reviewDigest !== undefined) columns.push(['review_digest', set.reviewDigest]);
	if (set.hold !== undefined) {
		columns.push(
			['hold_reason', set.hold?.reason ?? null],
			['hold_until', set.hold === null ? null : new Date(set.hold.until)],
		);
	}
	if (set.version !== undefined) columns.push(['version', set.version]);
	if (set.summary !== undefined) columns.push(['summary', set.summary]);
	if (set.author !== undefined) columns.push(['author', set.author]);
	if (set.start !== undefined) columns.push(['start_rule', JSON.stringify(set.start)]);
	if (set.historyTable !== undefined) columns.push(['history_table', set.historyTable]);
	if (set.follows !== undefined) columns.push(['follows', set.follows]);
	if (set.reviewedAt !== undefined) columns.push(['reviewed_at', date(set.reviewedAt)]);
	if (set.remindAt !== undefined) columns.push(['remind_at', date(set.remindAt)]);
	if (set.reason !== undefined) columns.push(['reason', set.reason]);
	if (set.startDueAt !== undefined) columns.push(['start_due_at', date(set.startDueAt)]);
	if (set.approvedAt !== undefined) columns.push(['approved_at', date(set.approvedAt)]);
	if (set.rehearsal !== undefined) {
		columns.push(['rehearsal', set.rehearsal === null ? null : JSON.stringify(set.rehearsal)]);
	}
	if (set.writtenSince !== undefined) {
		columns.push(['written_since', set.writtenSince === null ? null : JSON.stringify(set.writtenSince)]);
	}
	if (set.targetIdentity !== undefined) columns.push(['target_identity', JSON.stringify(set.targetIdentity)]);
	await update(client, 'request', 'number', number, columns);
	if (set.rehearsalGround !== undefined) await keepRehearsalGround(client, number, set.rehearsalGround);
}

async function changeRun(client: Client, id: number, set: RunChange): Promise<void> {
	const columns: [string, unknown][] = [];
	if (set.finishedAt !== undefined) columns.push(['finished_at', new Date(set.finishedAt)]);
	if (set.outcome !== undefined) columns.push(['outcome', set.outcome]);
	if (set.cancelAskedBy !== undefined) columns.push(['cancel_asked_by', set.cancelAskedBy]);
	if (set.appliedBefore !== undefined) columns.push(['applied_before', set.appliedBefore]);
	if (set.invalidBefore !== undefined) columns.push(['invalid_before', set.invalidBefore]);
	if (set.surveyBefore !== undefined) columns.push(['survey_before', JSON.stringify(set.surveyBefore)]);
	if (set.drill !== undefined) columns.push(['drill', JSON.stringify(set.drill)]);
	if (set.report !== undefined) columns.push(['report', JSON.stringify(set.report)]);
	await update(client, 'run', 'id', id, columns);
	if (set.ground !== undefined) await keepRunGround(client, id, set.ground);
}

/** Table and column names come from this file alone. */
async function update(
	client: Client,
	table: string,
	key: string,
	id: number,
	columns: readonly (readonly [string, unknown])[],
): Promise<void> {
	if (columns.length === 0) return;
	const assignments = columns.map(([name], index) => `${name} = $${index + 2}`).join(', ');
	await run(client, `update ${table} set ${assignments} where ${key} = $1`, [id, ...columns.map(([, value]) => value)]);
}

function date(milliseconds: number | null): Date | null {
	return milliseconds === null ? null : new Date(milliseconds);
}

async function insertApproval(client: Client, request: number, approval: Approval): Promise<void> {
	await run(
		client,
		`insert into approval (request, person, review_digest, confirmed_items, at) values ($1, $2, $3, $4, $5) on conflict do nothing`,
		[request, approval.person, approval.reviewDigest, approval.confirmedItems, new Date(approval.at)],
	);
}

/** A worker whose date is hours behind does not shorten a backup's days. */
async function insertBackup(client: Client, request: number, backup: BackupRow): Promise<void> {
	await run(
		client,
		`insert into backup (run, request, file_name, path, bytes, sha256, restore_command, finished_at, keep_until,
			kind, rows_written, verified_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8::timestamptz,
			case when $8 < now() - interval '1 hour' then now() + ($9::timestamptz - $8) else $9 end, $10, $11, $8)`,
		[
			backup.run,
			request,
			backup.fileName,
			backup.path,
			backup.bytes,
			backup.sha256,
			backup.restoreCommand,
			new Date(backup.finishedAt),
			new Date(backup.keepUntil),
			backup.kind ?? 'dump',
			backup.rowsWritten ?? null,
		],
	);
}

/** A step belongs to the epoch of the claim it was done under: a successor's steps do not overwrite the dead worker's. */
async function writeStep(client: Client, id: number, step: Extract<Write, {kind: 'step'}>['step']): Promise<void> {
	const at = new Date(step.at);
	await run(
		client,
		`insert into step (run, epoch, name, state, started_at, finished_at, note)
		select id, epoch, $2, $3, $4, $5, $6 from run where id = $1
		on conflict (run, epoch, name) do update set state = excluded.state, finished_at = excluded.finished_at, note = excluded.note`,
		[id, step.name, step.state, at, step.state === 'running' ? null : at, step.note],
	);
}

/** An escalation comes with its message, which shows this escalation whatever comes later. */
async function openEscalation(
	client: Client,
	request: number,
	opened: Extract<Write, {kind: 'escalation-opened'}>,
): Promise<void> {
	await run(
		client,
		`with opened as (
			insert into escalation (request, run, sentence, opened_at, pings, next_ping_at) values ($1, $2, $3, $4, 1, $5) returning id
		)
		insert into message (request, kind, channel, payload)
		select number, 'escalation', channel, jsonb_build_object('escalation', opened.id) from request, opened where number = $1`,
		[request, opened.run, opened.sentence, new Date(opened.at), new Date(opened.nextPingAt)],
	);
}
