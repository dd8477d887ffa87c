import {changedObject} from './changed-object.ts';
import {productVersions, type Report} from './report.ts';
import {visibleJson} from './visible.ts';

/** One object on one line. docs/review.md describes it; keys are added to it, never renamed or taken away. */
export function asJson(report: Report): string {
	const {script, frame} = report.read;
	const value = {
		script: {
			sha256: script.sha256,
			bytes: script.byteLength,
			ef: {
				productVersions: productVersions(report),
				historyTable: frame.historyTable,
				historyColumn: frame.historyColumn,
				blockTag: frame.blockTag,
				transactions: frame.transactions,
				direction: frame.direction,
				migrations: frame.migrations.map(({id, line}) => ({id, line})),
			},
		},
		pending: report.review.pending,
		changes: report.review.changes.map(({migration, change, place}) => ({
			migration,
			kind: change.kind,
			object: changedObject(change),
			line: place.line,
		})),
		findings: report.review.findings.map((finding) => ({
			rule: finding.rule,
			severity: finding.severity,
			waivable: finding.waivable,
			migration: finding.migration,
			line: finding.place.line,
			column: finding.place.column,
			statement: finding.statement,
			message: finding.message,
			remedy: finding.remedy,
			why: finding.why,
			places: finding.furtherPlaces.map(({migration, place}) => ({migration, ...place})),
		})),
	};
	return `${visibleJson(value)}\n`;
}
