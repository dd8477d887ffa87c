import type {KnownBlock} from '@slack/types';
import {describe, expect, test} from 'vitest';

import {requestMessage} from '../../../src/adapters/slack/views/message/request-message.ts';
import {backupLine, backupPlan} from '../../../src/adapters/slack/views/message/run.ts';
import type {BackupPolicy} from '../../../src/domain/target.ts';
import {resultMessage} from '../../../src/adapters/slack/views/thread/thread-messages.ts';
import type {LastBackup} from '../../../src/operations/ports/record.ts';
import {answered, backup, record, report, run, target} from './request-record.ts';

const at = Date.UTC(2026, 2, 1, 10, 15);
const last: LastBackup = {
	request: 41,
	fileName: 'pre-migration-20260301T101500Z-MR-41.dump',
	finishedAt: at,
};

function plan(changed: Partial<BackupPolicy>, shared: LastBackup | null = null, drilled = true, own = 12): string {
	const {backup: policy, drill} = target();
	return backupPlan(target({backup: {...policy, ...changed}, drill: {...drill, enabled: drilled}}), shared, own);
}

describe('before a backup is taken, the message says', () => {
	const drilled =
		'Taken by Lockstep before it applies, then restored for a drill: the script runs on the real rows there first';

	test('that Lockstep takes one, or that the target asks for none', () => {
		expect(plan({})).toBe(drilled);
		expect(plan({}, last)).toBe(drilled);
		expect(plan({required: false})).toBe('Not asked for on this target');
	});

	test('whether a drill follows', () => {
		expect(plan({}, null, false)).toBe('Taken by Lockstep before it applies; *no drill* on this target');
	});

	test('to approvers that a program takes it, which the runbook does not know', () => {
		expect(plan({program: '/opt/<snapshot>'})).toBe(
			'*Deviation from the runbook:* taken by `/opt/&lt;snapshot&gt;`, not by pg_dump, and not read back by Lockstep',
		);
	});

	test('what a restore would lose where a backup is shared', () => {
		expect(plan({reuseWithinMs: 4 * 3_600_000})).toBe(drilled);
		const text = plan({reuseWithinMs: 4 * 3_600_000}, last);
		expect(text).toMatch(/there first\nInstead it shares MR-41’s of <!date\^\d+\^.* while that is younger than 4 h: /);
		expect(text).toMatch(/a restore would then lose what was written since, MR-41’s own change among it$/);
		expect(plan({reuseWithinMs: 4 * 3_600_000}, last, true, 41)).toMatch(/lose what was written since$/);
		expect(plan({reuseWithinMs: 4 * 3_600_000}, {...last, written: {rows: 12_040, at: at + 60_000}})).toMatch(
			/what was written since \(about 12,040 rows by <!date\^\d+\^.*\), MR-41’s own change among it$/,
		);
	});

	test('so before *Run now* as well, in the window that asks', () => {
		const asked = (written: LastBackup['written'], reuseWithinMs: number | null = 4 * 3_600_000): string =>
			confirmOf(
				requestMessage(
					record({state: 'approved'}, {answers: answered(), lastBackup: {...last, written: written ?? null}}),
					target({backup: {...target().backup, reuseWithinMs}}),
				).blocks,
			);
		const common =
			'Lockstep checks shop-production, takes the backup that is asked for there, tries the script on it in a drill, applies the migrations and verifies them.';
		expect(asked(null, null)).toBe(common);
		expect(asked(null)).toBe(
			`${common} It may share MR-41’s backup of 2026-03-01 10:15 UTC: a restore would lose what was written since.`,
		);
		expect(asked({rows: 1, at})).toContain('a restore would lose what was written since (about 1 row).');
		expect(asked({rows: 123_456_789, at}).length).toBeLessThanOrEqual(300);
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

/** What the window before *Run now* says. */
function confirmOf(blocks: readonly KnownBlock[]): string {
	const buttons = blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
	const start = buttons.find((element) => element.type === 'button' && element.text.text === 'Run now');
	return start?.type === 'button' ? (start.confirm?.text.text ?? '') : '';
}
