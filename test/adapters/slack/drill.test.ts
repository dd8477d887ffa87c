import type {KnownBlock} from '@slack/types';
import {describe, expect, test} from 'vitest';

import {
	drilledRun,
	movedRun,
	otherwiseRun,
	runAtApplyAfterDrill,
	runAtDrill,
	stoppedRun,
} from '../../../scripts/gallery/drills.ts';
import {rehearsalOf} from '../../../scripts/gallery/rehearsals.ts';
import {scenes} from '../../../scripts/gallery/scenes.ts';
import {lineMessage} from '../../../src/adapters/slack/views/line.ts';
import {requestMessage} from '../../../src/adapters/slack/views/message/request-message.ts';
import {closeModal, rerunModal} from '../../../src/adapters/slack/views/modals/failure-modals.ts';
import {escalationMessage} from '../../../src/adapters/slack/views/thread/escalation-message.ts';
import {madeOtherwiseFile} from '../../../src/adapters/slack/views/thread/made-otherwise.ts';
import {resultMessage} from '../../../src/adapters/slack/views/thread/thread-messages.ts';
import type {Drill} from '../../../src/domain/drill.ts';
import type {Run} from '../../../src/domain/run.ts';
import type {RequestRecord} from '../../../src/operations/ports/record.ts';
import {backup, digest, noon, omar, priya, record, report, run, target} from './request-record.ts';

const [scene] = scenes.filter(({variant}) => variant === 'short');
if (scene === undefined) throw new Error('The gallery has no short scene');

const approval = {person: priya, reviewDigest: digest, confirmedItems: [], at: noon, voidedBecause: null};

function withRun(state: RequestRecord['request']['state'], of: Run): RequestRecord {
	return record({state}, {runs: [of], backups: [backup()], approvals: [approval]});
}

function shown(of: RequestRecord, block: string): string {
	return textOf(requestMessage(of, target()).blocks, block);
}

describe('while it runs, the message says', () => {
	test('that the drill tries the script on a copy, and that nothing is applied yet', () => {
		const drilling = withRun('running', runAtDrill(scene));
		expect(shown(drilling, 'turn')).toBe(
			'*Next:* Lockstep restores the backup and tries the script there, on a copy. Nothing is applied yet. This message follows each step.',
		);
		expect(shown(drilling, 'run')).toMatch(/▶ drill: running since <!date/u);
	});

	test('what the drill found, and how long apply will take by it', () => {
		const applying = shown(withRun('running', runAtApplyAfterDrill(scene)), 'run');
		expect(applying).toContain(
			'✔ drill: done, 44 s. Restored in 41 s, 12 tables with 1,023,400 rows, as counted; the script took 3.1 s on the real rows – expect about that\n',
		);
		expect(applying).toMatch(/▶ apply: running since <!date.* – about 3\.1 s, says the drill$/u);
	});

	test('no prediction where nothing was measured', () => {
		const of = runAtApplyAfterDrill(scene);
		const skipped = {...of, drill: drilledRun(scene, 'skipped').drill ?? null};
		expect(shown(withRun('running', skipped), 'run')).not.toContain('says the drill');
	});
});

describe('after a verified run', () => {
	test('the drill’s time is no longer a prediction, and stands beside the real one in the thread', () => {
		const verified = withRun('verified', drilledRun(scene, 'passed'));
		expect(shown(verified, 'run')).not.toContain('expect about');
		expect(textOf(resultMessage(verified, 1).blocks, 'result')).toContain(
			'*Drill:* restored in 41 s, 12 tables with 1,023,400 rows, as counted; the script took 3.1 s on the real rows, 3.4 s on the target',
		);
	});

	test('a drill that was skipped says why, with a sign of its own', () => {
		expect(shown(withRun('verified', drilledRun(scene, 'skipped')), 'run')).toContain(
			'⊘ drill skipped: shop-production has 812 GB, and drill.maxGigabytes lets 20 GB be copied.',
		);
	});

	test('the thread says what verified means of it', () => {
		expect(textOf(resultMessage(withRun('verified', drilledRun(scene, 'passed')), 1).blocks, 'result')).toContain(
			'*Verified:* History exactly as expected, changed exactly as rehearsed, no index left invalid',
		);
		const steps = run().steps.map((step) =>
			step.name === 'verify' ? {...step, note: 'History exactly as expected, weaker: nothing was rehearsed'} : step,
		);
		expect(textOf(resultMessage(withRun('verified', run({steps})), 1).blocks, 'result')).toContain(
			'*Verified:* History exactly as expected, weaker: nothing was rehearsed',
		);
	});
});

const bad = ['rows-differ', 'restore-failed'] as const;
const onRows = ['script-failed', 'probes-failed'] as const;

describe('a run that its drill stopped', () => {
	const ends: readonly [Parameters<typeof stoppedRun>[1], string][] = [
		[
			'script-failed',
			'*On the real rows the script stopped at line 31:* duplicate key value violates unique constraint "ix_customers_email".\n`CREATE UNIQUE INDEX ix_coupons_code ON coupons (code);`\nThe backup is good: restored in 41 s, 12 tables with 1,023,400 rows, as counted.',
		],
		[
			'probes-failed',
			'*The script ran on the real rows, and then they were not as they should be:* The probe “every order has a customer” was answered with false.',
		],
		[
			'rows-differ',
			'*The backup does not hold what it says; do not rely on it:* `orders` has 1,019,998 rows instead of 1,020,000.',
		],
		[
			'restore-failed',
			'*The backup could not be restored; do not rely on it:* pg_restore: error: could not read from input file: end of file.',
		],
	];

	test.each(ends)('%s: says in its message what it stopped on, and that nothing was touched', (kind, words) => {
		const stopped = withRun('failed', stoppedRun(scene, kind));
		const text = shown(stopped, 'failure');
		expect(text).toContain(`*Stopped by the drill, before anything was applied.*\n${words}`);
		expect(text).toContain('*Landed:* nothing. The target is untouched: the drill works on a restored copy alone.');
		expect(requestMessage(stopped, target()).text).toMatch(/^MR-12 was stopped by its drill: /u);
		expect(shown(stopped, 'title')).toBe('✖ MR-12 · stopped by its drill · shop-production');
	});

	test.each([...bad, ...onRows])('%s: nobody is offered a restore of what was not touched', (kind) => {
		const stopped = withRun('failed', stoppedRun(scene, kind));
		const {blocks} = escalation(stopped);
		expect(JSON.stringify(blocks)).not.toMatch(/restore runbook|restore command|restore or fix|pg_restore --dbname/iu);
		expect(JSON.stringify(requestMessage(stopped, target()).blocks)).not.toMatch(/restore or fix/iu);
		expect(textOf(blocks, 'escalation-title')).toBe('✖ MR-12 stopped by its drill, needs a person · shop-production');
		expect(textOf(blocks, 'escalation-now')).toContain('*Landed:* nothing. The target is untouched');
	});

	test.each(onRows)('%s: the lead is told that the rows or the script have to change', (kind) => {
		const stopped = withRun('failed', stoppedRun(scene, kind));
		expect(shown(stopped, 'turn')).toContain(
			'have the rows mended and allow a re-run, or close it for a script that suits them',
		);
		expect(textOf(escalation(stopped).blocks, 'escalation-next')).toContain(
			'3. Mend the rows it stopped on, or write a script that suits them.\n4. The lead then allows a re-run',
		);
		expect(textOf(escalation(stopped).blocks, 'escalation-done')).toContain('195.0 MB, SHA-256');
	});

	test.each(bad)('%s: the backup is said to be none to rely on wherever it is named', (kind) => {
		const stopped = withRun('failed', stoppedRun(scene, kind));
		expect(shown(stopped, 'turn')).toContain('find out what is wrong with the backup');
		for (const text of [shown(stopped, 'checklist-short'), textOf(escalation(stopped).blocks, 'escalation-done')]) {
			expect(text).toContain('MR-12.dump` – *do not rely on it*');
			expect(text).not.toContain('kept until');
		}
	});

	test('may run again or be closed, and its windows say what a re-run does', () => {
		const stopped = withRun('failed', stoppedRun(scene, 'script-failed'));
		expect(buttonsOf(requestMessage(stopped, target()).blocks)).toEqual(['Allow re-run…', 'Close…', 'Request again…']);
		for (const view of [rerunModal(stopped, ''), closeModal(stopped, '')]) {
			expect(JSON.stringify(view)).toContain('*Re-run:* safe once the rows are mended');
		}
	});

	test('is told in the thread by what it stopped on, with psql’s words from the drill', () => {
		const {blocks, text} = resultMessage(withRun('failed', stoppedRun(scene, 'script-failed')), 1);
		expect(text).toBe('✖ MR-12 was stopped by its drill, the target is untouched');
		expect(textOf(blocks, 'result')).toContain('*On the real rows the script stopped at line 31:*');
		expect(textOf(blocks, 'result-output')).toMatch(/^\*psql’s last output, in the drill\*/u);
	});
});

test('a run that failed after its drill had passed is no drill’s doing', () => {
	const drill: Drill | null = drilledRun(scene, 'passed').drill ?? null;
	const failed = withRun('failed', run({outcome: 'failed', drill, report: report({landed: 'part', rerunSafe: false})}));
	expect(requestMessage(failed, target()).text).toMatch(/^MR-12 has failed: /u);
	expect(JSON.stringify(escalation(failed).blocks)).toContain('Restore runbook');
});

test('where nothing landed, no restore is offered whatever stopped it', () => {
	const failed = withRun('failed', run({outcome: 'failed', report: report({landed: 'nothing', rerunSafe: true})}));
	expect(JSON.stringify(escalation(failed).blocks)).not.toMatch(/restore (?:runbook|command)/iu);
});

describe('a target that was changed otherwise than rehearsed', () => {
	const failed = withRun('failed', otherwiseRun(scene));

	test('shows the difference’s first lines in the message and in the thread', () => {
		for (const text of [
			shown(failed, 'failure-otherwise'),
			textOf(resultMessage(failed, 1).blocks, 'result-otherwise'),
		]) {
			expect(text).toBe(
				'*Made otherwise than rehearsed*\n```\nRehearsed, and not found so:\n@@ column public.orders.coupon @@\n-text NOT NULL\n+integer NOT NULL\n```',
			);
		}
	});

	test('counts the lines that the file alone has', () => {
		const difference = Array.from({length: 40}, (_, index) => `+line ${index}`).join('\n');
		const long = withRun('failed', run({outcome: 'failed', report: report({difference})}));
		expect(shown(long, 'failure-otherwise')).toContain('… and 28 more lines: the file in this thread has all.');
		expect(Buffer.from(madeOtherwiseFile(long)).toString()).toContain('\n+line 39\n');
	});

	test('of a part that landed, it is what is missing', () => {
		const part = withRun('failed', run({outcome: 'failed', report: report({landed: 'part', difference: '-x'})}));
		expect(shown(part, 'failure-otherwise')).toContain('*Not there of what was rehearsed*');
	});

	test('says nothing where nothing differs', () => {
		const same = withRun('failed', run({outcome: 'failed', report: report({difference: null})}));
		expect(requestMessage(same, target()).blocks.map(({block_id: id}) => id)).not.toContain('failure-otherwise');
	});
});

describe('a target that changed meanwhile', () => {
	const rehearsal = rehearsalOf(scene, 'passed');
	const moved = movedRun(scene);

	test('is rehearsed and reviewed again by itself, and approvals may stand', () => {
		const again = record({state: 'reviewing'}, {runs: [moved], rehearsal, approvals: [approval]});
		expect(shown(again, 'turn')).toBe(
			'*Next:* The target changed since the review: Lockstep rehearses and reviews the script again by itself. Approvals stand where it finds the same.',
		);
		expect(shown({...again, rehearsal: null}, 'turn')).toContain('Lockstep reviews the script again by itself.');
	});

	test('is not what sends a script to its first rehearsal', () => {
		const allowed = {
			...rehearsal,
			rehearsal: {kind: 'impossible', reason: 'not-allowed', sentence: 'Nobody can read it.'} as const,
		};
		expect(shown(record({state: 'submitted'}, {rehearsal: allowed}), 'turn')).toBe(
			'*Next:* The script may be tried on a copy now: Lockstep rehearses it and goes on with the review.',
		);
	});

	test('leaves the approvals where the review found the same', () => {
		const stands = record(
			{state: 'approved', approvedAt: noon, reviewedAt: noon + 60_000},
			{runs: [moved], rehearsal, approvals: [approval]},
		);
		expect(shown(stands, 'again')).toBe(
			'↺ *The approvals stand:* the target changed meanwhile, the script was rehearsed and reviewed again, and what was found is what was approved.',
		);
		expect(shown(stands, 'run')).toMatch(
			/^\*Run\* – ended before anything was applied: the target had changed\n✖ preflight: failed, 0\.5 s\. shop-production is not as it was/u,
		);
	});

	test('says nothing of approvals that came after the review', () => {
		const approved = record({state: 'approved', approvedAt: noon + 60_000}, {approvals: [approval]});
		expect(shown(approved, 'again')).toBe('');
	});

	test('voids them where it found something else, until somebody approves again', () => {
		const voidedBecause = 'the review found something else than what was approved';
		const old = {...approval, reviewDigest: 'c'.repeat(64), voidedBecause};
		const other = record({state: 'in-review'}, {runs: [moved], rehearsal, approvals: [old]});
		expect(shown(other, 'again')).toBe(
			'↺ *Approvals given before do not count any more:* the review found something else than what was approved.',
		);
		expect(shown({...other, approvals: [old, approval]}, 'again')).toBe('');
	});

	test('is told in the thread with what changed', () => {
		const text = 'column public.orders.total: numeric(10,2) is now numeric(12,2).';
		expect(lineMessage(record({}, {rehearsal}), {about: 'moved', text}).text).toBe(
			`↺ The target changed meanwhile, nothing was applied; it is rehearsed and reviewed again by itself: ${text}`,
		);
		expect(lineMessage(record(), {about: 'moved', text}).text).toContain('; it is reviewed again by itself: ');
	});
});

function escalation(of: RequestRecord): ReturnType<typeof escalationMessage> {
	const open = {
		id: 7,
		openedAt: noon,
		sentence: 'The drill stopped it.',
		pings: 1,
		nextPingAt: noon,
		acknowledgedBy: null,
		acknowledgedAt: null,
	};
	return escalationMessage({record: of, target: target(), escalation: open, called: [omar]});
}

function textOf(blocks: readonly KnownBlock[], id: string): string {
	const found = blocks.find(({block_id: blockId}) => blockId === id);
	return found !== undefined && 'text' in found && found.text !== undefined && typeof found.text !== 'string'
		? found.text.text
		: '';
}

function buttonsOf(blocks: readonly KnownBlock[]): readonly string[] {
	return blocks.flatMap((block) =>
		block.type === 'actions'
			? block.elements.flatMap((element) => (element.type === 'button' ? [element.text.text] : []))
			: [],
	);
}
