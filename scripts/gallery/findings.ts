import type {Finding, Severity} from '../../src/domain/review/finding.ts';
import {hostileFrom} from './texts.ts';

type Words = Omit<Finding, 'place' | 'furtherPlaces' | 'severity'>;

/** What the review says of the shop's worst migrations. */
const warnings: readonly Words[] = [
	{
		rule: 'large-data-change',
		item: 'not-null-filled',
		waivable: true,
		destructive: false,
		migration: '20260301090000_AddCoupons',
		statement: "UPDATE orders SET coupon_code = '' WHERE coupon_code IS NULL;",
		message: 'Updates orders, about 3,200,000 rows, in the migration’s own transaction.',
		why: 'Every row it changes stays locked until the transaction ends, and the table grows by as much again.',
		remedy: 'Fill the column in batches before the migration.',
	},
	{
		rule: 'rename-column',
		item: 'no-destructive-rename',
		waivable: true,
		destructive: true,
		migration: '20260301090500_RenameCustomerMail',
		statement: 'ALTER TABLE customers RENAME COLUMN mail TO email;',
		message: 'Renames column customers.mail to email: version 2.3.0, which runs now, still reads mail.',
		why: 'EF names every column in every query, so the running version fails until the new one is everywhere.',
		remedy: 'Add email, fill it, and drop mail one release later.',
	},
];

const blockers: readonly Words[] = [
	{
		rule: 'drop-column',
		item: 'no-destructive-drop',
		waivable: true,
		destructive: true,
		migration: '20260301090000_AddCoupons',
		statement: 'ALTER TABLE orders DROP COLUMN legacy_note;',
		message: 'Drops column orders.legacy_note (rows hold values; the table has about 3,200,000 rows).',
		why: 'Its values are gone for good, and the version that runs now still selects the column.',
		remedy: 'Drop it one release after the last version that reads it.',
	},
	{
		rule: 'index-not-concurrent',
		item: 'large-index-concurrently',
		waivable: true,
		destructive: false,
		migration: '20260301090500_AddCouponIndex',
		statement: 'CREATE INDEX ix_orders_coupon ON orders (coupon_code);',
		message: 'Builds index ix_orders_coupon on orders, about 3,200,000 rows, without CONCURRENTLY.',
		why: 'The table takes no writes while the index is built.',
		remedy: 'Build it with CREATE INDEX CONCURRENTLY before the migration.',
	},
];

/** Nobody may waive these: they would not do what they say. */
const faults: readonly Words[] = [
	{
		rule: 'concurrently-in-block',
		item: 'large-index-concurrently',
		waivable: false,
		destructive: false,
		migration: '20260301090500_AddCouponIndex',
		statement: 'CREATE INDEX CONCURRENTLY ix_orders_coupon ON orders (coupon_code);',
		message: 'CREATE INDEX CONCURRENTLY stands inside a DO block, where PostgreSQL always refuses it.',
		why: 'The migration fails at this statement.',
		remedy: 'Generate the script without it and build the index by hand before the migration.',
	},
];

const notices: readonly Words[] = [
	{
		rule: 'missing-foreign-key-index',
		item: null,
		waivable: true,
		destructive: false,
		migration: '20260301090000_AddCoupons',
		statement: 'ALTER TABLE orders ADD CONSTRAINT fk_orders_coupons FOREIGN KEY (coupon_id) REFERENCES coupons (id);',
		message: 'The foreign key fk_orders_coupons has no index on orders (coupon_id).',
		why: 'A delete from coupons reads all of orders.',
		remedy: 'Add an index on orders (coupon_id).',
	},
];

export type FindingKind = 'warnings' | 'blockers' | 'faults' | 'notices';

const words: {readonly [kind in FindingKind]: {readonly severity: Severity; readonly of: readonly Words[]}} = {
	warnings: {severity: 'warning', of: warnings},
	blockers: {severity: 'blocker', of: blockers},
	faults: {severity: 'blocker', of: faults},
	notices: {severity: 'notice', of: notices},
};

/** The kind's findings in turn until there are so many, each at places of its own. */
export function someFindings(kind: FindingKind, howMany: number): readonly Finding[] {
	const {severity, of} = words[kind];
	return Array.from({length: howMany}, (_, index) => {
		const found = of[index % of.length];
		if (found === undefined) throw new Error(`no words for ${kind}`);
		return {...found, severity, place: {line: 12 + 31 * index, column: 3}, furtherPlaces: furtherPlaces(index)};
	});
}

/** The same with every text of theirs hostile. */
export function hostileFindings(kind: FindingKind, howMany: number): readonly Finding[] {
	return someFindings(kind, howMany).map((finding, index) => ({
		...finding,
		rule: index < 20 ? hostileFrom(`${finding.rule}-${index} `, 4000) : finding.rule,
		migration: hostileFrom(`2026030109${index}_`, 4000),
		statement: hostileFrom('DROP TABLE ', 4000),
		message: hostileFrom('Drops ', 4000),
		why: hostileFrom('', 4000),
		remedy: hostileFrom('', 4000),
	}));
}

/** Every fourth stands in several places. */
function furtherPlaces(index: number): Finding['furtherPlaces'] {
	if (index % 4 !== 3) return [];
	return Array.from({length: index}, (_, at) => ({migration: null, place: {line: 1000 + at, column: 3}}));
}
