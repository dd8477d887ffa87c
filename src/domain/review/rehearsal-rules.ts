import type {Rule} from './rule.ts';

/** What a rehearsal objects to. It has no SQL to look for: what a copy of the target showed is all it goes by. */
export type RehearsalRule = Pick<Rule, 'id' | 'waivable' | 'severity' | 'why' | 'item'> & {
	readonly remedy: string;
};

export const rehearsalFailed: RehearsalRule = {
	id: 'rehearsal-failed',
	item: null,
	waivable: true,
	severity: 'blocker; warning where a row that the script refers to may be in production',
	why: 'What fails on a copy of the schema fails in production, after the backup and with half of it applied where a migration is not one transaction.',
	remedy: 'Mend the migration and generate the script again; where the target has moved, review it again.',
};

export const rewriteObserved: RehearsalRule = {
	id: 'rewrite-observed',
	item: null,
	waivable: true,
	severity: 'warning, blocker on a large table',
	why: 'While a table is written anew nobody can read or write it. The rules did not see this in the text of the script.',
	remedy: 'Add a column beside it and fill it in batches; see type-rewrite.',
};

export const lockObserved: RehearsalRule = {
	id: 'lock-observed',
	item: null,
	waivable: true,
	severity: 'warning',
	why: 'Until the transaction commits, writers wait, and with AccessExclusiveLock readers, too. The text of the script does not show it.',
	remedy: 'Look for what touches the table: a function, a trigger, a foreign key, an EXECUTE.',
};

export const dropObserved: RehearsalRule = {
	id: 'drop-observed',
	item: 'no-destructive-drop',
	waivable: true,
	severity: 'blocker; warning where the table is empty, and for views, functions and types',
	why: 'What is dropped, or dropped and made anew, is gone for good, and the version that runs now may still use it. The text of the script does not show it.',
	remedy:
		'Look for what drops it: an EXECUTE, a function, a CASCADE. Drop it in a statement of its own, a release after the last version that uses it.',
};

export const renameObserved: RehearsalRule = {
	id: 'rename-observed',
	item: 'no-destructive-rename',
	waivable: true,
	severity: 'blocker; warning where the table is empty, and for views, functions and types',
	why: 'The version that runs now uses the old name until the new one is deployed. The text of the script does not show it.',
	remedy: 'Look for what renames it: an EXECUTE, a function. Keep the old name usable for one release, by a view.',
};

export const unrehearsed: RehearsalRule = {
	id: 'unrehearsed',
	item: null,
	waivable: true,
	severity: 'blocker',
	why: 'Nobody has seen what the script does. A person whom the target names accepts that with a reason, and two people approve.',
	remedy:
		'Make the rehearsal possible: docs/operating.md says what it needs. Where the script puts statements together as it runs, the waiver lets it be rehearsed, and the review goes on with what was seen.',
};

/** Beside `not-idempotent`, which the review finds in the text and the rehearsal in what happens. */
export const rehearsalRules: readonly RehearsalRule[] = [
	rehearsalFailed,
	dropObserved,
	renameObserved,
	rewriteObserved,
	lockObserved,
	unrehearsed,
];
