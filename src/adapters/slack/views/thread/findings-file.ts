import type {Finding} from '../../../../domain/review/finding.ts';
import {visibleText} from '../../../../domain/script/hidden-text.ts';
import type {RequestRecord} from '../../../../operations/ports/record.ts';
import {findingCounts, placesText, worstFirst} from '../message/finding.ts';
import {name} from '../words.ts';

/** Every finding with its statement, why and remedy: what the messages have no room for. */
export function findingsFile(record: RequestRecord): Uint8Array {
	const findings = worstFirst(record.request.review?.findings ?? []);
	const head = `${name(record.request.number)}: ${findingCounts(findings)}`;
	return Buffer.from([head, ...findings.map((finding) => findingText(finding)), ''].join('\n\n'));
}

function findingText(finding: Finding): string {
	const {rule, severity, waivable, migration, statement, message, why, remedy} = finding;
	const lines = [
		`${severity.toUpperCase()} ${rule}${waivable ? '' : ' (nobody may waive it)'}`,
		message,
		`Where: ${placesText(finding)}${migration === null ? '' : `, ${migration}`}`,
		statement === '' ? '' : `Statement: ${statement}`,
		`Why: ${why}`,
		`Remedy: ${remedy}`,
	];
	return lines
		.filter((line) => line !== '')
		.map(fileText)
		.join('\n  ');
}

/** A script's text turns nothing round in the file, hides nothing and begins no finding of its own. */
function fileText(text: string): string {
	return visibleText(text.replaceAll(/\r\n?|\n/gu, '\n    '));
}
