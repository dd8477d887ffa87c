import {loadModule} from 'libpg-query';
import {readScript} from '../../src/adapters/sql/read-script.ts';
import {isRefusal, type Refusal} from '../../src/domain/refusal.ts';
import {reviewScript, type Review} from '../../src/domain/review/review.ts';
import type {ColumnFacts, TableFacts} from '../../src/domain/review/table-facts.ts';
import {parseTableName} from '../../src/domain/script/schema-change.ts';
import type {ReadScript} from '../../src/operations/ports/script-reader.ts';
import {efScript, type EfScript} from './ef-script.ts';

await loadModule();

/** The runbook's limit. */
const largeTableRows = 1_000_000;

/** Reads bytes or text on this thread. */
export function tryRead(script: string | Uint8Array): ReadScript | Refusal {
	return readScript(typeof script === 'string' ? Buffer.from(script, 'utf8') : script, 10_000_000);
}

/** Reads what must be readable. */
export function readOrThrow(script: string | Uint8Array): ReadScript {
	const read = tryRead(script);
	if (isRefusal(read)) throw new Error(`${read.code}: ${read.sentence}`);
	return read;
}

export interface ReviewOptions {
	readonly facts?: readonly TableFacts[];
	readonly appliedIds?: readonly string[];
	readonly script?: Partial<EfScript>;
}

export const migrationId = '20260101000000_Change';

/** Reviews statements as EF 10 frames them in one migration, pending unless said otherwise. */
export function reviewStatements(
	statements: EfScript['migrations'][number]['statements'],
	options: ReviewOptions = {},
): Review {
	const migrations = [{id: migrationId, statements}];
	return reviewBytes(efScript({version: '10', migrations, ...options.script}), options);
}

export function reviewBytes(bytes: string | Uint8Array, {facts = [], appliedIds = []}: ReviewOptions = {}): Review {
	const {script, frame} = readOrThrow(bytes);
	return reviewScript({script, frame, appliedIds, facts, largeTableRows});
}

/** Facts of a table that is there, with 1,204 rows unless said otherwise. */
export function factsOf(table: string, facts: Partial<TableFacts> = {}): TableFacts {
	const columns: readonly ColumnFacts[] = [];
	return {
		table: parseTableName(table) ?? {schema: null, name: table},
		exists: true,
		estimatedRows: 1204,
		empty: false,
		bytes: 65_536,
		columns,
		dependents: [],
		scans: 0,
		statisticsSince: null,
		...facts,
	};
}
