import fc from 'fast-check';
import {efScript, efVersions, type EfScript} from '../support/ef-script.ts';
import {applyGuardTrick, guardTrick} from './guard-tricks.ts';
import {hostileText} from './hostile-tokens.ts';
import {migrationCommand} from './migration-commands.ts';
import {mutate, mutations} from './script-mutations.ts';

/** A script, and what the history of its target holds already. */
export interface ScriptCase {
	readonly origin: 'ef' | 'concatenated' | 'guard-tricks' | 'corpus' | 'statements' | 'text' | 'bytes' | 'deep';
	readonly bytes: Buffer;
	readonly applied: Applied;
	/** Decides what the facts of the tables are. */
	readonly facts: number;
}

/** Which of the script's migrations the target has; a number has a bit for each. */
export type Applied = 'none' | 'all' | 'all-but-last' | number;

export function appliedOf(ids: readonly string[], applied: Applied): readonly string[] {
	if (applied === 'none') return [];
	if (applied === 'all') return ids;
	if (applied === 'all-but-last') return ids.slice(0, -1);
	// 31 bits of a number can be told apart; longer scripts repeat them.
	return ids.filter((_id, index) => ((applied >> (index % 31)) & 1) === 1);
}

/** @param corpus Whole scripts to mutate besides those that are made here. */
export function scriptCases(corpus: readonly Buffer[]): fc.Arbitrary<ScriptCase> {
	const seeds = corpus.length === 0 ? efBytes : fc.constantFrom(...corpus);
	return fc.oneof(
		{weight: 30, arbitrary: caseOf('ef', mutated(efBytes))},
		{weight: 12, arbitrary: caseOf('guard-tricks', mutated(trickedBytes))},
		{weight: 5, arbitrary: caseOf('concatenated', mutated(concatenated(efBytes)))},
		{weight: 8, arbitrary: caseOf('statements', statementSoup)},
		{weight: 3, arbitrary: caseOf('text', randomText)},
		{weight: 3, arbitrary: caseOf('bytes', randomBytes)},
		{weight: 1, arbitrary: caseOf('deep', deepText)},
		{weight: corpus.length === 0 ? 0 : 6, arbitrary: caseOf('corpus', mutated(seeds))},
	);
}

const applied: fc.Arbitrary<Applied> = fc.oneof(
	fc.constantFrom<Applied>('none', 'all', 'all-but-last'),
	fc.nat(2 ** 31 - 1),
);

function caseOf(origin: ScriptCase['origin'], bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<ScriptCase> {
	return fc.record({origin: fc.constant(origin), bytes, applied, facts: fc.nat(9999)});
}

function mutated(bytes: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
	return fc.tuple(bytes, mutations).map(([script, changes]) => mutate(script, changes));
}

/** EF's default, and what people and naming conventions make of it. */
const histories: readonly Pick<EfScript, 'historyTable' | 'columns'>[] = [
	{},
	{historyTable: 'inventory."__EFMigrationsHistory"'},
	{historyTable: '"My""History"', columns: {id: 'MigrationId', version: 'ProductVersion'}},
	{historyTable: 'whetstone.efmigrationhistory', columns: {id: 'migration_id', version: 'product_version'}},
];

interface EfPlan extends Pick<EfScript, 'version' | 'crlf' | 'bom' | 'noTransactions' | 'down' | 'withoutHistoryDdl'> {
	readonly history: Pick<EfScript, 'historyTable' | 'columns'>;
	readonly migrations: readonly (readonly ((n: number) => string)[])[];
	readonly suppressed: boolean;
}

const often = (value: boolean): fc.Arbitrary<boolean> =>
	fc.oneof({weight: 4, arbitrary: fc.constant(value)}, {weight: 1, arbitrary: fc.constant(!value)});

const efPlan: fc.Arbitrary<EfPlan> = fc.record({
	version: fc.constantFrom(...efVersions),
	crlf: often(false),
	bom: fc.boolean(),
	noTransactions: often(false),
	down: often(false),
	withoutHistoryDdl: fc.boolean(),
	history: fc.oneof({weight: 3, arbitrary: fc.constant({})}, fc.constantFrom(...histories)),
	migrations: fc.array(fc.array(migrationCommand, {minLength: 1, maxLength: 3}), {minLength: 1, maxLength: 4}),
	suppressed: often(false),
});

const efBytes: fc.Arbitrary<Buffer> = efPlan.map(writeScript);

function writeScript({history, migrations, suppressed, ...shape}: EfPlan): Buffer {
	return efScript({
		...shape,
		...history,
		migrations: migrations.map((commands, index) => ({
			id: `2024010100000${index}_Migration${index}`,
			statements: commands.map((command, at) => {
				const sql = command(index * 3 + at + 1);
				return suppressed && at === 1 ? {sql, suppressTransaction: true} : sql;
			}),
		})),
	});
}

const trickedBytes: fc.Arbitrary<Buffer> = fc
	.tuple(efBytes, fc.array(guardTrick, {minLength: 1, maxLength: 2}))
	.map(([script, tricks]) => tricks.reduce(applyGuardTrick, script));

function concatenated(scripts: fc.Arbitrary<Buffer>): fc.Arbitrary<Buffer> {
	return fc
		.tuple(scripts, scripts, fc.constantFrom('', '\n', '\n', ';', '\r', '\n--', '/*'), often(true))
		.map(([first, second, between, withoutBom]) => {
			const behind = withoutBom ? second.toString('utf8').replace(/^\u{feff}/u, '') : second;
			return Buffer.concat([first, Buffer.from(between, 'utf8'), Buffer.from(behind)]);
		});
}

/** Statements and hiding places around one migration, without much of EF between them. */
const statementSoup: fc.Arbitrary<Buffer> = fc
	.tuple(
		efBytes,
		fc.array(fc.constantFrom(...hostileText.statements, ...hostileText.hidingPlaces), {minLength: 1, maxLength: 4}),
	)
	.map(([script, pieces]) => Buffer.concat([script, ...pieces.map((piece) => Buffer.from(`${piece}\n`, 'utf8'))]));

const randomText: fc.Arbitrary<Buffer> = fc
	.tuple(
		fc.array(
			fc.oneof(fc.constantFrom(...hostileText.readingTokens, ...hostileText.statements), fc.string({unit: 'binary'})),
			{maxLength: 30},
		),
		efBytes,
		fc.boolean(),
	)
	.map(([pieces, script, behindScript]) => {
		const text = Buffer.from(pieces.join(' '), 'utf8');
		return behindScript ? Buffer.concat([script, text]) : text;
	});

const randomBytes: fc.Arbitrary<Buffer> = fc.uint8Array({maxLength: 400}).map((bytes) => Buffer.from(bytes));

/** Pieces that open something; thousands of them must not stall or exhaust the process. */
const openings =
	"(|[|'|\"|$a$|/*|--\\n|;|\\n|,1|1+|- |a.|::text|NOT |ARRAY[|CASE WHEN |SELECT (|UNION SELECT 1 |BEGIN |IF true THEN |LOOP |DO $x$ BEGIN |EXECUTE '|DELETE FROM lines;"
		.replaceAll('\\n', '\n')
		.split('|');

const deepText: fc.Arbitrary<Buffer> = fc
	.record({
		script: efBytes,
		opening: fc.constantFrom(...openings),
		times: fc.constantFrom(10, 100, 1000, 20_000),
		inBlock: fc.boolean(),
	})
	.map(({script, opening, times, inBlock}) => {
		const text = script.toString('utf8');
		const deep = opening.repeat(times);
		return Buffer.from(inBlock ? text.replace('THEN\n', `THEN\n${deep}`) : `${text}SELECT ${deep}`, 'utf8');
	});
