import type {Finding, Severity} from '../../../../src/domain/review/finding.ts';
import type {TableFacts} from '../../../../src/domain/review/table-facts.ts';
import type {EfCommand} from '../../../support/ef-script.ts';
import {factsOf, reviewStatements, type ReviewOptions} from '../../../support/read-ef-script.ts';

/** What is known of the table `orders` when the statements come. */
export const sizes = [
	'new',
	'empty',
	'absent',
	'small',
	'medium',
	'large',
	'without an estimate',
	'not asked',
] as const;
export type Size = (typeof sizes)[number];

export type Told = Severity | 'silent';

/** Rules about locks, usually a warning. */
export const warned: Readonly<Record<Size, Told>> = {
	new: 'silent',
	empty: 'silent',
	absent: 'silent',
	small: 'notice',
	medium: 'warning',
	large: 'blocker',
	'without an estimate': 'blocker',
	'not asked': 'warning',
};

export const silent: Readonly<Record<Size, Told>> = {
	new: 'silent',
	empty: 'silent',
	absent: 'silent',
	small: 'silent',
	medium: 'silent',
	large: 'silent',
	'without an estimate': 'silent',
	'not asked': 'silent',
};

const sizeFacts: Readonly<Record<Exclude<Size, 'new' | 'not asked'>, Partial<TableFacts>>> = {
	empty: {empty: true, estimatedRows: 0},
	absent: {exists: false, estimatedRows: null},
	small: {estimatedRows: 1204},
	medium: {estimatedRows: 250_000},
	large: {estimatedRows: 2_000_000},
	'without an estimate': {estimatedRows: null},
};

const createOrders =
	'CREATE TABLE orders (id bigint PRIMARY KEY, customer_id bigint, note text, total integer, during tstzrange)';

/** What the rule says of statements about `orders`, for each thing that may be known of it; the worst, if several. */
export function bySize(
	rule: string,
	statements: readonly EfCommand[],
	facts: Partial<TableFacts> = {},
	options: ReviewOptions = {},
): Readonly<Record<Size, Told>> {
	const told = sizes.map((size): readonly [Size, Told] => {
		if (size === 'new') return [size, toldBy(rule, [createOrders, ...statements], options)];
		const asked = size === 'not asked' ? [] : [factsOf('orders', {...sizeFacts[size], ...facts})];
		return [size, toldBy(rule, statements, {...options, facts: [...asked, ...(options.facts ?? [])]})];
	});
	return {...silent, ...Object.fromEntries(told)};
}

/** `orders` with two million rows. */
export function large(facts: Partial<TableFacts> = {}): TableFacts {
	return factsOf('orders', {...sizeFacts.large, ...facts});
}

export function small(facts: Partial<TableFacts> = {}): TableFacts {
	return factsOf('orders', {...sizeFacts.small, ...facts});
}

export function toldBy(rule: string, statements: readonly EfCommand[], options: ReviewOptions = {}): Told {
	return findingsBy(rule, statements, options)[0]?.severity ?? 'silent';
}

export function findingsBy(
	rule: string,
	statements: readonly EfCommand[],
	options: ReviewOptions = {},
): readonly Finding[] {
	return reviewStatements(statements, options).findings.filter((finding) => finding.rule === rule);
}
