import {describe, expect, test} from 'vitest';

import {backupLine, backupPlan} from '../../../src/adapters/slack/views/message/run.ts';
import type {BackupPolicy} from '../../../src/domain/target.ts';
import {resultMessage} from '../../../src/adapters/slack/views/thread/thread-messages.ts';
import {backup, record, report, run, target} from './request-record.ts';

const at = Date.UTC(2026, 2, 1, 10, 15);
const last = {request: 41, fileName: 'pre-migration-20260301T101500Z-MR-41.dump', finishedAt: at};

function plan(changed: Partial<BackupPolicy>, shared: typeof last | null = null): string {
	return backupPlan(target({backup: {...target().backup, ...changed}}), shared);
}

describe('before a backup is taken, the message says', () => {
	test('that Lockstep takes one, or that the target asks for none', () => {
		expect(plan({})).toBe('Taken by Lockstep before it applies');
		expect(plan({}, last)).toBe('Taken by Lockstep before it applies');
		expect(plan({required: false})).toBe('Not asked for on this target');
	});

	test('to approvers that a program takes it, which the runbook does not know', () => {
		expect(plan({program: '/opt/<snapshot>'})).toBe(
			'*Deviation from the runbook:* taken by `/opt/&lt;snapshot&gt;`, not by pg_dump, and not read back by Lockstep',
		);
	});

	test('what a restore would lose where a backup is shared', () => {
		expect(plan({reuseWithinMs: 4 * 3_600_000})).toBe('Taken by Lockstep before it applies');
		const text = plan({reuseWithinMs: 4 * 3_600_000}, last);
		expect(text).toMatch(
			/^Taken by Lockstep before it applies; MR-41’s of <!date\^\d+\^.* is shared while it is younger than 4 h 0 min/,
		);
		expect(text).toMatch(/a restore would then lose what was written since, MR-41’s own change among it$/);
	});
});

test('what a program took is told by its id, as a deviation', () => {
	const line = backupLine([{...backup(), kind: 'program', fileName: 'snap-1', bytes: 0, sha256: ''}]);
	expect(line).toMatch(
		/^`snap-1`, taken by a program and not by pg_dump \(\*deviation from the runbook\*\), kept until /,
	);
});

test('a verified run’s thread has the command that restores what was before it; after a failure the escalation has it', () => {
	const taken = backup({
		run: 1,
		restoreCommand: 'createdb -T template0 shop_before_mr_7 && pg_restore -d shop_before_mr_7 x.dump',
	});
	const textOf = (outcome: 'verified' | 'failed'): string =>
		JSON.stringify(
			resultMessage(record({}, {runs: [run({id: 1, outcome, report: report()})], backups: [taken]}), 1).blocks,
		);
	expect(textOf('verified')).toContain('createdb -T template0 shop_before_mr_7 &amp;&amp; pg_restore');
	expect(textOf('failed')).not.toContain('createdb');
});
