import {transactionKey} from '../../script/parsed-script.ts';
import {sameTable, tableText} from '../../script/schema-change.ts';
import {oneLine} from '../constraint-sql.ts';
import {locksOutReaders, workOf} from '../locks.ts';
import {isHistoryChange, type ReviewContext, type ReviewedChange, type ReviewedStatement} from '../review-context.ts';
import {sizeOf, type TableSize} from '../rows.ts';
import {object, type Objection, type Rule} from '../rule.ts';
import {sizedTableOf} from '../sized-table.ts';

/** PostgreSQL documentation, "Explicit Locking": "Once acquired, a lock is normally held until the end of the transaction." */
export const exclusiveLockWindow: Rule = {
	id: 'exclusive-lock-window',
	item: null,
	waivable: true,
	severity: 'warning, on a large table alone',
	why: 'ALTER TABLE locks out readers and writers, and the lock stays until the transaction ends: all that the transaction does afterwards is waiting time for everybody who needs the table.',
	example: {
		of: 'migration',
		sql: `ALTER TABLE orders ADD note text;
UPDATE customers SET score = 0;`,
		instead: `-- The lock comes last; or in a migration of its own.
UPDATE customers SET score = 0;
ALTER TABLE orders ADD note text;`,
	},
	check: (context) => {
		const locks = new Map<string, Lock>();
		const told = new Set<string>();
		return context.pending.flatMap((at): readonly Objection[] => {
			const transaction = transactionKey(at.statement);
			if (told.has(transaction)) return [];
			const lock = locks.get(transaction);
			const work = lock === undefined ? null : workAt(at, context);
			if (lock === undefined || work === null) {
				const reviewed = lock === undefined ? at.changes.find(isLock) : undefined;
				if (reviewed !== undefined) locks.set(transaction, {at, reviewed});
				return [];
			}
			told.add(transaction);
			return [objection(lock, work, at, context)];
		});
	},
};

/** The first of a transaction. */
interface Lock {
	readonly at: ReviewedStatement;
	readonly reviewed: ReviewedChange;
}

function isLock({change, size}: ReviewedChange): boolean {
	return size === 'large' && locksOutReaders(change);
}

/** What the statement does that takes time: `updates rows of customers`; null where it does nothing of the kind. */
function workAt({statement, changes}: ReviewedStatement, context: ReviewContext): string | null {
	if (statement.tag === 'DYNAMIC') return 'runs what cannot be read beforehand';
	for (const reviewed of changes) {
		const {change} = reviewed;
		if (isHistoryChange(change, context.frame)) continue;
		if (change.kind === 'other' && change.tag === 'REFRESH MATERIALIZED VIEW') return 'refreshes a materialized view';
		if (change.kind === 'create-view' && change.materialized) return 'fills a materialized view';
		const work = workOf(reviewed, context.target?.serverVersion ?? null);
		if (work !== null && 'table' in change && change.table !== null && takesTime(reviewed, context)) {
			return `${work} ${tableText(change.table)}`;
		}
	}
	return null;
}

/** Below a tenth of what is large the work is done in a moment, and not worth a word. */
function takesTime({change, size}: ReviewedChange, context: ReviewContext): boolean {
	if (change.kind !== 'data-change' || change.operation !== 'insert') return isTimeTaking(size);
	return change.reads.some((table) => {
		const facts = context.factsOf(table);
		return facts !== null && isTimeTaking(sizeOf(facts, context.policy));
	});
}

function isTimeTaking(size: TableSize): boolean {
	return size !== 'empty' && size !== 'small';
}

function objection({at, reviewed}: Lock, work: string, worker: ReviewedStatement, context: ReviewContext): Objection {
	const {change} = reviewed;
	const name = 'table' in change && change.table !== null ? tableText(change.table) : 'the table';
	const isSame = worker.changes.some(
		(later) => later.table !== null && reviewed.table !== null && sameTable(later.table, reviewed.table),
	);
	const sql = `${oneLine(at.statement.text)};`;
	return object(at, {
		severity: 'warning',
		message: `Locks everybody out of ${sizedTableOf(reviewed)} while line ${worker.statement.place.line} ${work}.`,
		remedy:
			context.frame.transactions === 'whole-script'
				? `Do the work first, or lock ${name} in a release of its own, for this script is one transaction: ${sql}`
				: `${isSame ? 'Put the two into migrations of their own' : 'Move it to the end, or to a migration of its own'}, so that the lock on ${name} ends at once: ${sql}`,
	});
}
