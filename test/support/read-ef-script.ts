import {loadModule} from 'libpg-query';
import {readScript} from '../../src/adapters/sql/read-script.ts';
import {isRefusal, type Refusal} from '../../src/domain/refusal.ts';
import {defaultReviewPolicy, type ReviewPolicy} from '../../src/domain/review/policy.ts';
import type {ReviewedTarget} from '../../src/domain/review/review-context.ts';
import {reviewScript, type Review} from '../../src/domain/review/review.ts';
import type {ColumnFacts, TableFacts} from '../../src/domain/review/table-facts.ts';
import {parseTableName} from '../../src/domain/script/schema-change.ts';
import type {ReadScript} from '../../src/operations/ports/script-reader.ts';
import {efScript, type EfScript} from './ef-script.ts';

await loadModule();

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
	/** Null (the default): a review without a database, but for the facts given. */
	readonly target?: ReviewedTarget | null;
	readonly policy?: Partial<ReviewPolicy>;
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

export function reviewBytes(bytes: string | Uint8Array, options: ReviewOptions = {}): Review {
	const {facts = [], appliedIds = [], target = null} = options;
	const {script, frame} = readOrThrow(bytes);
	return reviewScript({script, frame, appliedIds, facts, target, policy: {...defaultReviewPolicy, ...options.policy}});
}

/** Facts of a table that is there, with 1,204 rows unless said otherwise. */
export function factsOf(table: string, facts: Partial<TableFacts> = {}): TableFacts {
	return {
		table: parseTableName(table) ?? {schema: null, name: table},
		exists: true,
		kind: 'table',
		estimatedRows: 1204,
		empty: false,
		bytes: 65_536,
		columns: [],
		indexes: [],
		constraints: [],
		dependents: [],
		use: {reads: 0, writes: 0, since: null, lastRead: null},
		...facts,
	};
}

/** A nullable text column that nobody was asked about. */
export function columnOf(name: string, column: Partial<ColumnFacts> = {}): ColumnFacts {
	return {name, type: 'text', notNull: false, allNull: null, nullFraction: null, use: null, ...column};
}
