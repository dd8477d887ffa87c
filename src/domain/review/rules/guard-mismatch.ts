import {historyIdOf, historyOf} from '../../script/ef-frame.ts';
import type {ReviewContext, ReviewedStatement} from '../review-context.ts';
import {object, type Objection, type Rule} from '../rule.ts';

/** EF ends each migration with its own row in the history, under its own guard; everything else is edited by hand. */
export const guardMismatch: Rule = {
	id: 'guard-mismatch',
	item: null,
	waivable: false,
	why: 'The history would say something else than what ran: the next script would skip a migration or run one twice.',
	check: (context) => context.pendingIds.flatMap((id) => mismatches(id, context)),
};

const remedy =
	'Generate the script again with `dotnet ef migrations script --idempotent`; do not edit guards or history rows.';

function mismatches(id: string, context: ReviewContext): readonly Objection[] {
	const own = context.pending.filter(({migration}) => migration === id);
	const writes = own.filter((at) => writtenId(at, context) !== null);
	const foreign = writes.filter((at) => writtenId(at, context) !== id);
	if (foreign.length > 0) {
		return foreign.map((at) => object(at, {severity: 'blocker', message: foreignMessage(id, at, context), remedy}));
	}
	const [first, second] = writes;
	if (first === undefined) return [missing(id, context)];
	if (second !== undefined) {
		return [object(second, {severity: 'blocker', message: `The history row of ${id} is written twice.`, remedy})];
	}
	const after = own.slice(own.indexOf(first) + 1).find(({statement}) => statement.changes.length > 0);
	if (after === undefined) return [];
	return [
		object(after, {severity: 'blocker', message: `It runs after the history row of its migration ${id}.`, remedy}),
	];
}

/** The id that the statement writes into the history in the script's direction. */
function writtenId({statement}: ReviewedStatement, {frame}: ReviewContext): string | null {
	const operation = frame.direction === 'up' ? 'insert' : 'delete';
	if (statement.historyWrite?.operation !== operation) return null;
	return historyIdOf(statement, historyOf(frame), frame.historyColumn);
}

function foreignMessage(id: string, at: ReviewedStatement, context: ReviewContext): string {
	const verb = context.frame.direction === 'up' ? 'inserts' : 'deletes';
	return `The guard asks for ${id}, but the history statement under it ${verb} ${writtenId(at, context) ?? ''}.`;
}

function missing(id: string, {script, frame}: ReviewContext): Objection {
	const guard = script.guards.find((item) => item.id === id);
	const verb = frame.direction === 'up' ? 'inserts' : 'deletes';
	return {
		severity: 'blocker',
		migration: id,
		place: guard?.place ?? {line: 1, column: 1},
		statement: guard === undefined ? '' : `… FROM ${guard.tableText} WHERE "${guard.column}" = '${guard.id}'`,
		message: `Nothing ${verb} the history row of ${id}.`,
		remedy,
	};
}
