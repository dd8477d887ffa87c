import {isDeepStrictEqual} from 'node:util';
import type {Place} from '../../src/domain/review/finding.ts';
import {defaultReviewPolicy} from '../../src/domain/review/policy.ts';
import {pendingStatements, reviewScript, tablesTouched, type Review} from '../../src/domain/review/review.ts';
import type {TableFacts, TouchedTable} from '../../src/domain/review/table-facts.ts';
import {tableText} from '../../src/domain/script/schema-change.ts';
import type {ReadScript} from '../../src/operations/ports/script-reader.ts';
import {columnOf, factsOf} from '../support/read-ef-script.ts';

/**
 * Reviews a script as Lockstep does, and holds the review to what every review owes.
 *
 * @throws where it cannot be kept as JSON, is another one the second time, or speaks of a place outside of the file
 */
export function reviewDutifully(bytes: Buffer, read: ReadScript, appliedIds: readonly string[], facts: number): Review {
	const {script, frame} = read;
	const tables = tablesTouched(script, frame, appliedIds).map((table, index) => factsFor(table, facts + index));
	const input = {script, frame, appliedIds, facts: tables, target: null, policy: defaultReviewPolicy};
	const review = reviewScript(input);
	if (!isDeepStrictEqual(reviewScript(input), review)) throw new Error('a second review says something else');
	const unsafe = Object.entries({review, script, frame}).find(
		([, value]) => !isDeepStrictEqual(JSON.parse(JSON.stringify(value)), value),
	);
	if (unsafe !== undefined) throw new Error(`the ${unsafe[0]} is not safe as JSON`);
	const places: readonly Place[] = [
		...pendingStatements(script, frame, appliedIds).map(({place}) => place),
		...review.findings.flatMap(({place, furtherPlaces}) => [place, ...furtherPlaces.map((further) => further.place)]),
		...script.statements.map(({place}) => place),
		...script.guards.map(({place}) => place),
		...script.faults.map(({place}) => place),
	];
	expectInside(bytes, places);
	return review;
}

function expectInside(bytes: Buffer, places: readonly Place[]): void {
	const lines = bytes
		.toString('utf8')
		.replace(/^\u{feff}/u, '')
		.split('\n');
	const lengths = lines.map((line) => Array.from(line).length);
	const outside = places.find(({line, column}) => {
		const length = lengths[line - 1];
		return length === undefined || column < 1 || column > length + 1;
	});
	if (outside !== undefined) throw new Error(`line ${outside.line}, column ${outside.column} is outside of the file`);
}

/** Facts of every sort: empty, small, large, unknown; not there; none at all. */
function factsFor(table: TouchedTable, choice: number): TableFacts {
	const rows = [0, 5, 2_000_000, null][choice % 4] ?? null;
	return factsOf(tableText(table), {
		table: {schema: table.schema, name: table.name},
		exists: choice % 5 !== 0,
		estimatedRows: rows,
		empty: rows === 0,
		columns: ['id', 'note', 'quantity', 'total'].map((name) => columnOf(name)),
	});
}
