import {describe, expect, test} from 'vitest';
import type {ReviewedTarget} from '../../../../src/domain/review/review-context.ts';
import type {Review} from '../../../../src/domain/review/review.ts';
import {efScript, type EfScript} from '../../../support/ef-script.ts';
import {reviewBytes} from '../../../support/read-ef-script.ts';
import {findingOf, told} from '../../../support/told.ts';

const rules = ['missing-predecessor', 'out-of-order', 'unknown-applied'];
const [a, b, c, d, e] = [
	'20260101000000_A',
	'20260102000000_B',
	'20260103000000_C',
	'20260104000000_D',
	'20260105000000_E',
] as const;

interface Situation {
	readonly script: readonly string[];
	readonly history: readonly string[];
	readonly known?: ReviewedTarget['knownIds'];
	readonly shared?: boolean;
	readonly shape?: Partial<EfScript>;
}

function review({script, history, known = null, shared = false, shape = {}}: Situation): Review {
	const migrations = script.map((id) => ({id, statements: ['ALTER TABLE orders ADD note text']}));
	return reviewBytes(efScript({version: '10', migrations, ...shape}), {
		appliedIds: history,
		target: {historyIds: history, serverVersion: 150_018, knownIds: known, sharedHistory: shared},
	});
}

const from = {withoutHistoryDdl: true};
const own = (...ids: readonly string[]) => ({own: ids, others: []});

describe('missing-predecessor', () => {
	test.each<readonly [string, Situation, readonly string[]]>([
		['a full script', {script: [a, b], history: []}, []],
		['the history is empty', {script: [b, c], history: [], shape: from}, ['blocker missing-predecessor']],
		['nobody knows the ids before it', {script: [c], history: [a, b], shape: from}, ['warning missing-predecessor']],
		['its predecessor is applied', {script: [c], history: [a, b], known: own(a, b), shape: from}, []],
		[
			'one before it is not',
			{script: [d], history: [a, b], known: own(a, b, c), shape: from},
			['blocker missing-predecessor'],
		],
		[
			'one further back is not',
			{script: [d], history: [a, c], known: own(a, b, c), shape: from},
			['blocker missing-predecessor'],
		],
		['the script holds the one before it, applied', {script: [b, c], history: [a, b], shape: from}, []],
		['nothing is pending', {script: [b], history: [a, b], shape: from}, []],
		[
			'only later ids are known',
			{script: [b], history: [a], known: own(c), shape: from},
			['warning missing-predecessor'],
		],
		[
			'ids of others count for nothing',
			{script: [c], history: [a], known: {own: [], others: [a]}, shape: from},
			['blocker missing-predecessor'],
		],
		['it is reverted', {script: [b], history: [b], shape: {down: true}}, []],
	])('%s', (_name, situation, expected) => {
		expect(told(review(situation), ['missing-predecessor'])).toEqual(expected);
	});

	test('names the nearest that is missing', () => {
		const situation = {script: [e], history: [a], known: own(a, b, c, d), shape: from};
		expect(findingOf(review(situation), 'missing-predecessor')).toMatchObject({
			migration: e,
			message: `The script begins with ${e}, but the target lacks ${d}.`,
		});
		const hole = {...situation, history: [a, b, d]};
		expect(findingOf(review(hole), 'missing-predecessor').message).toBe(
			`The script begins with ${e}, but the target lacks ${c}, which comes before ${d}.`,
		);
	});

	test('without a database nothing is said', () => {
		const migrations = [{id: c, statements: []}];
		expect(told(reviewBytes(efScript({version: '10', migrations, ...from})), rules)).toEqual([]);
	});
});

describe('out-of-order', () => {
	test.each<readonly [string, Situation, readonly string[]]>([
		['a pending id between applied ones', {script: [a, b, c], history: [a, c]}, ['warning out-of-order']],
		['all in order', {script: [a, b, c], history: [a, b]}, []],
		['older than one that the script lacks', {script: [a, b], history: [a, c]}, ['warning out-of-order']],
		['older than one of another app', {script: [a, b], history: [a, c], known: {own: [a], others: [c]}}, []],
		['perhaps of another app', {script: [a, b], history: [a, c], shared: true}, []],
		[
			'in a shared history, but known',
			{script: [a, b], history: [a, c], shared: true, known: own(c)},
			['warning out-of-order'],
		],
		[
			'in a shared history, in the script',
			{script: [a, b, c], history: [a, c], shared: true},
			['warning out-of-order'],
		],
		['a script that reverts', {script: [c, b], history: [a, b, c], shape: {down: true}}, []],
	])('%s', (_name, situation, expected) => {
		expect(told(review(situation), ['out-of-order'])).toEqual(expected);
	});

	test('all are told at once', () => {
		expect(findingOf(review({script: [a, b, c, d], history: [a, d]}), 'out-of-order')).toMatchObject({
			migration: b,
			message: `${b} and ${c} are older than ${d}, which the target has already.`,
		});
	});
});

describe('unknown-applied', () => {
	test.each<readonly [string, Situation, readonly string[]]>([
		['the history is the script', {script: [a, b], history: [a, b]}, []],
		['a newer one', {script: [a, b], history: [a, b, c]}, ['warning unknown-applied']],
		['an older one', {script: [a, c], history: [a, b, c]}, ['notice unknown-applied']],
		['one before a From-script', {script: [c], history: [a, b], known: own(b), shape: from}, []],
		['one behind a From-script', {script: [c], history: [b, c, d], shape: from}, ['warning unknown-applied']],
		['one before a full script', {script: [b], history: [a]}, ['notice unknown-applied']],
		['one of another app', {script: [a], history: [a, c], known: {own: [a], others: [c]}}, []],
		['perhaps of another app', {script: [a], history: [a, c], shared: true}, ['notice unknown-applied']],
		[
			'in a shared history, but known',
			{script: [a], history: [a, c], shared: true, known: own(c)},
			['warning unknown-applied'],
		],
		[
			'reverting below a newer one',
			{script: [b], history: [a, b, c], shape: {down: true}},
			['warning unknown-applied'],
		],
		['reverting the newest', {script: [c, b], history: [a, b, c], shape: {down: true}}, []],
		[
			'reverting with a hole in between',
			{script: [d, b], history: [a, b, c, d], shape: {down: true}},
			['warning unknown-applied'],
		],
		['nothing to revert', {script: [c], history: [a, b], shape: {down: true}}, []],
	])('%s', (_name, situation, expected) => {
		expect(told(review(situation), ['unknown-applied'])).toEqual(expected);
	});

	test('newer ones ask for a second approver, older ones do not', () => {
		const newer = findingOf(review({script: [a, b], history: [a, c, d]}), 'unknown-applied');
		expect(newer).toMatchObject({
			destructive: true,
			migration: null,
			message: `The target has newer migrations than the script: ${c} and ${d}.`,
		});
		const older = findingOf(review({script: [b, c], history: [a, b]}), 'unknown-applied');
		expect(older).toMatchObject({
			destructive: false,
			message: `The target has migrations that the script lacks: ${a}.`,
		});
	});

	test('both are told, each on its own, and from the sixth on they are only counted', () => {
		const many = [1, 2, 3, 4, 5, 6, 7].map((number) => `2025010${number}000000_Old`);
		const findings = review({script: [c], history: [...many, d]}).findings.filter(
			({rule}) => rule === 'unknown-applied',
		);
		expect(findings.map(({severity}) => severity)).toEqual(['warning', 'notice']);
		expect(findings[1]?.message).toContain('20250105000000_Old and 2 more');
	});

	test('says that the history is shared where it cannot tell', () => {
		expect(findingOf(review({script: [a], history: [a, c], shared: true}), 'unknown-applied').message).toBe(
			`The target has migrations that the script lacks: ${c}, which may be those of another app that shares its history table.`,
		);
	});
});
