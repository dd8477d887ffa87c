import type pg from 'pg';
import {z} from 'zod';

import type {RequestRecord} from '../../operations/ports/record.ts';
import {mayBeShared} from './backups.ts';
import {type Client, transaction} from './connection.ts';
import {
	AnswerRow,
	ApprovalRow,
	BackupRowShape,
	CallRow,
	EscalationRow,
	LastBackupRow,
	ReplacedRow,
	RequestRow,
	RunRow,
	StageRow,
	StepRow,
	WaiverRow,
} from './rows.ts';

/** Back to the first stage, then forward: the order is that of the links. */
const stagesOf = `with recursive
	earlier (request, number, follows, depth) as (
		select number, number, follows, 0 from request where number = any($1)
		union all
		select earlier.request, request.number, request.follows, depth - 1
		from request join earlier on request.number = earlier.follows
	),
	later (request, number, depth) as (
		select number, number, 0 from request where number = any($1)
		union all
		select later.request, request.number, depth + 1 from request join later on request.follows = later.number
	),
	stage (request, number, depth) as (
		select request, number, depth from earlier union select request, number, depth from later
	)
	select stage.request, request.number, target, state, script_sha256
	from stage join request using (number) order by depth, number`;

/** Those that its runs took, and those that they went with. */
const backupsOf = `select taken.request, taken.run, kind, file_name, path, bytes, sha256, restore_command, finished_at, keep_until,
	rows_written
	from backup join (
		select id, request, run from backup union all select backup, request, run from backup_use
	) as taken using (id)
	where taken.request = any($1) order by taken.run`;

/** What it may share: of the very database that the request was reviewed against. */
const lastBackups = `select mine.number as request, last.*
	from request as mine cross join lateral (
		select backup.request as taken_by, file_name, finished_at,
			case when mine.written_since ->> 'backup' = backup.id::text then mine.written_since end as written
		from backup join request as taker on taker.number = backup.request
		where taker.target = mine.target and taker.target_identity = mine.target_identity
		and ${mayBeShared} order by backup.id desc limit 1
	) as last where mine.number = any($1)`;

/** Reads a request and all that hangs on it in one snapshot. */
export async function loadRequest(pool: pg.Pool, number: number): Promise<RequestRecord | null> {
	return await transaction(pool, async (client) => {
		await client.query('set transaction isolation level repeatable read, read only');
		const [record] = await loadRequests(client, [number]);
		return record ?? null;
	});
}

/** Reads requests, in the order asked for, by the same few statements however many they are; unknown ones are left out. */
export async function loadRequests(client: Client, numbers: readonly number[]): Promise<readonly RequestRecord[]> {
	if (numbers.length === 0) return [];
	const rows = async (text: string): Promise<readonly unknown[]> => (await client.query(text, [numbers])).rows;
	const hanging = async <T>(text: string, shape: z.ZodType<T>): Promise<Hanging<T>> =>
		hangingOf(await rows(text), shape);
	const requests = (
		await rows(
			`select request.*, octet_length(script.bytes) as script_bytes
			from request join script on script.sha256 = request.script_sha256 where number = any($1)`,
		)
	).map((row) => RequestRow.parse(row));
	const steps = (
		await rows(`select * from (
			select distinct on (step.run, step.name) step.* from step join run on run.id = step.run
			where run.request = any($1) order by step.run, step.name, step.epoch desc
		) latest order by started_at`)
	).map((step) => StepRow.parse(step));
	const runs = await hanging(`select * from run where request = any($1) order by id`, RunRow);
	const answers = await hanging(`select * from answer where request = any($1) order by id`, AnswerRow);
	const approvals = await hanging(`select * from approval where request = any($1) order by id`, ApprovalRow);
	const waivers = await hanging(`select * from waiver where request = any($1) order by id`, WaiverRow);
	const backups = await hanging(backupsOf, BackupRowShape);
	const last = await hanging(lastBackups, LastBackupRow);
	const escalations = await hanging(`select * from escalation where request = any($1) order by id`, EscalationRow);
	const replaced = await hanging(`select * from replaced_script where request = any($1) order by id`, ReplacedRow);
	const calls = await hanging(`select * from approver_call where request = any($1) order by id`, CallRow);
	const stages = await hanging(stagesOf, StageRow);
	const byNumber = new Map(requests.map((row) => [row.request.number, row]));
	return numbers
		.flatMap((number) => byNumber.get(number) ?? [])
		.map((row) => ({
			...row,
			answers: answers(row),
			approvals: approvals(row),
			waivers: waivers(row),
			runs: runs(row).map((run) => ({...run, steps: steps.filter((step) => step.run === run.id)})),
			backups: backups(row),
			lastBackup: last(row)[0] ?? null,
			escalations: escalations(row),
			replaced: replaced(row),
			calls: calls(row),
			stages: stages(row),
		}));
}

/** What hangs on a request. */
type Hanging<T> = (row: {readonly request: {readonly number: number}}) => readonly T[];

const OfRequest = z.object({request: z.number()});

function hangingOf<T>(rows: readonly unknown[], shape: z.ZodType<T>): Hanging<T> {
	const byNumber = new Map<number, T[]>();
	for (const row of rows) {
		const {request} = OfRequest.parse(row);
		const before = byNumber.get(request);
		if (before === undefined) byNumber.set(request, [shape.parse(row)]);
		else before.push(shape.parse(row));
	}
	return ({request}) => byNumber.get(request.number) ?? [];
}
