import type pg from 'pg';

import type {RequestRecord} from '../../operations/ports/record.ts';
import {transaction} from './connection.ts';
import {
	AnswerRow,
	ApprovalRow,
	BackupRowShape,
	CallRow,
	EscalationRow,
	ReplacedRow,
	RequestRow,
	RunRow,
	StageRow,
	StepRow,
	WaiverRow,
} from './rows.ts';

/** Back to the first stage, then forward: the order is that of the links. */
const stagesOf = `with recursive
	earlier (number, follows, depth) as (
		select number, follows, 0 from request where number = $1
		union all
		select request.number, request.follows, depth - 1 from request join earlier on request.number = earlier.follows
	),
	later (number, depth) as (
		select number, 0 from request where number = $1
		union all
		select request.number, depth + 1 from request join later on request.follows = later.number
	),
	stage (number, depth) as (select number, depth from earlier union select number, depth from later)
	select request.number, target, state, script_sha256 from stage join request using (number) order by depth, number`;

/** Reads a request and all that hangs on it in one snapshot. */
export async function loadRequest(pool: pg.Pool, number: number): Promise<RequestRecord | null> {
	return await transaction(pool, async (client) => {
		await client.query('set transaction isolation level repeatable read, read only');
		const rows = async (text: string): Promise<readonly unknown[]> => (await client.query(text, [number])).rows;
		const [row] = await rows(
			`select request.*, octet_length(script.bytes) as script_bytes
			from request join script on script.sha256 = request.script_sha256 where number = $1`,
		);
		if (row === undefined) return null;
		const steps = (
			await rows(`select * from (
				select distinct on (step.run, step.name) step.* from step join run on run.id = step.run
				where run.request = $1 order by step.run, step.name, step.epoch desc
			) latest order by started_at`)
		).map((step) => StepRow.parse(step));
		const runs = (await rows(`select * from run where request = $1 order by id`)).map((run) => RunRow.parse(run));
		return {
			...RequestRow.parse(row),
			answers: (await rows(`select * from answer where request = $1 order by id`)).map((answer) =>
				AnswerRow.parse(answer),
			),
			approvals: (await rows(`select * from approval where request = $1 order by id`)).map((approval) =>
				ApprovalRow.parse(approval),
			),
			waivers: (await rows(`select * from waiver where request = $1 order by id`)).map((waiver) =>
				WaiverRow.parse(waiver),
			),
			runs: runs.map((run) => ({...run, steps: steps.filter((step) => step.run === run.id)})),
			backups: (await rows(`select * from backup where request = $1 order by id`)).map((backup) =>
				BackupRowShape.parse(backup),
			),
			escalations: (await rows(`select * from escalation where request = $1 order by id`)).map((escalation) =>
				EscalationRow.parse(escalation),
			),
			replaced: (await rows(`select * from replaced_script where request = $1 order by id`)).map((replaced) =>
				ReplacedRow.parse(replaced),
			),
			calls: (await rows(`select * from approver_call where request = $1 order by id`)).map((call) =>
				CallRow.parse(call),
			),
			stages: (await rows(stagesOf)).map((stage) => StageRow.parse(stage)),
		};
	});
}
