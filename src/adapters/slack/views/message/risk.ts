import type {Review, ReviewedTable} from '../../../../domain/review/review.ts';
import {countText} from '../../../../domain/review/rows.ts';
import {tableText} from '../../../../domain/script/schema-change.ts';
import {code, cut} from '../../limits.ts';
import {findingCounts, severitySigns} from './finding.ts';
import {count} from '../words.ts';

/** Large tables told by name; beyond them only their number. */
const tablesTold = 3;

/**
 * How risky a migration is, in one line: the findings, whether it needs two approvals, what is taken back, which tables are large.
 *
 * @param blocking Blockers that nobody has waived.
 */
export function riskText(review: Review, blocking: number): string {
	const blockers = review.findings.filter(({severity}) => severity === 'blocker').length;
	const worst =
		blocking > 0
			? severitySigns.blocker
			: review.findings.some(({severity}) => severity !== 'notice')
				? severitySigns.warning
				: '○';
	const parts = [
		`${worst} ${findingCounts(review.findings).toLowerCase()}`,
		...(blockers > blocking
			? [blocking === 0 ? 'waived' : `${blockers - blocking} of ${count(blockers, 'blocker')} waived`]
			: []),
		...(review.findings.some(({destructive}) => destructive) ? ['two approvals needed'] : []),
		...(review.direction === 'down' ? ['takes migrations back'] : []),
		...largeTables(review.tables.filter(({large, exists}) => large && exists === true)),
	];
	return parts.join(' · ');
}

function largeTables(tables: readonly ReviewedTable[]): readonly string[] {
	if (tables.length === 0) return [];
	const told = tables.slice(0, tablesTold).map(({table, estimatedRows}) => {
		const rows = estimatedRows === null ? 'of unknown size' : `about ${countText(estimatedRows)} rows`;
		return `${code(cut(tableText(table), 80))} (${rows})`;
	});
	const left = tables.length - told.length;
	return [`large: ${told.join(', ')}${left > 0 ? ` and ${left} more` : ''}`];
}
