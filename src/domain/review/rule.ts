import type {ChecklistItemId} from '../checklist.ts';
import type {ScriptStatement} from '../script/parsed-script.ts';
import type {Finding, Place, Severity} from './finding.ts';
import type {ReviewContext, ReviewedChange, ReviewedStatement} from './review-context.ts';

/** One thing to look for. Its text is for the people who read the review, and for docs/. */
export interface Rule {
	/** Stable: stored with requests, named in waivers. */
	readonly id: string;
	/** The checklist item it is evidence for. */
	readonly item: ChecklistItemId | null;
	/** A blocker that nobody may waive cannot run, or would get round Lockstep. */
	readonly waivable: boolean;
	/** In words, for docs/: `warning, blocker on a large table`. */
	readonly severity: string;
	/** One or two sentences. */
	readonly why: string;
	readonly example: RuleExample;
	check(context: ReviewContext): readonly Objection[];
}

/** For docs/, and proven by a test: the rule fires on `sql` and keeps silent on `instead`. */
export interface RuleExample {
	/** What the SQL is: statements of one migration, or a whole file. */
	readonly of: 'migration' | 'file';
	readonly sql: string;
	/** What to write instead; prose where it is no SQL. */
	readonly instead: string;
}

/** What a rule says about one place. */
export interface Objection {
	readonly severity: Severity;
	readonly migration: string | null;
	readonly place: Place;
	readonly statement: string;
	/** Loses data or breaks readers; default false. */
	readonly destructive?: boolean;
	readonly message: string;
	/** What to do, with the SQL for this very statement. */
	readonly remedy: string;
}

/** An objection without its place. */
export type Judgement = Pick<Objection, 'severity' | 'destructive' | 'message' | 'remedy'>;

/** Objects to a statement. */
export function object({statement, migration}: ReviewedStatement, judgement: Judgement): Objection {
	return {migration, place: statement.place, statement: statement.text, ...judgement};
}

/** Asks `judge` about every pending change; null is no objection. */
export function objectToChanges(
	context: ReviewContext,
	judge: (change: ReviewedChange, at: ReviewedStatement) => Judgement | null,
): readonly Objection[] {
	// Loops: each of the rules comes by every change of the script, and nearly all of them raise nothing.
	const objections: Objection[] = [];
	for (const at of context.pending) {
		for (const change of at.changes) {
			const judgement = judge(change, at);
			if (judgement !== null) objections.push(object(at, judgement));
		}
	}
	return objections;
}

/** Asks `judge` about every statement of the given list; null is no objection. */
export function objectToStatements(
	statements: readonly ReviewedStatement[],
	judge: (statement: ScriptStatement, at: ReviewedStatement) => Judgement | null,
): readonly Objection[] {
	const objections: Objection[] = [];
	for (const at of statements) {
		const judgement = judge(at.statement, at);
		if (judgement !== null) objections.push(object(at, judgement));
	}
	return objections;
}

/** Longest statement shown with a finding, in characters; the file has the rest. */
const longestStatement = 300;

export function findingOf(rule: Rule, objection: Objection): Finding {
	const {severity, migration, place, destructive, message, remedy} = objection;
	return {
		rule: rule.id,
		severity,
		waivable: rule.waivable,
		destructive: destructive ?? false,
		item: rule.item,
		migration,
		place,
		furtherPlaces: [],
		statement: cut(objection.statement),
		message,
		why: rule.why,
		remedy,
	};
}

function cut(statement: string): string {
	const text = statement.replaceAll(/\s+/gu, ' ').trim();
	const characters = Array.from(text);
	return characters.length <= longestStatement ? text : `${characters.slice(0, longestStatement - 1).join('')}…`;
}
