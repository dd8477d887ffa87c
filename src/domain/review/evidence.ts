import type {ChecklistItemId} from '../checklist.ts';
import {tableText, type SchemaChange} from '../script/schema-change.ts';
import type {Review} from './review.ts';
import {countText} from './rows.ts';

/** What a checklist item shows people: what the script and the live database say about its question. */
export interface Evidence {
	/** Proven: agreed to by one click. Doubtful items are answered in words. */
	readonly clean: boolean;
	readonly sentences: readonly string[];
}

/** The items that the review has evidence for; "reviewed" and "backup taken" are ticked by what happens. */
export type EvidencedItemId = Extract<
	ChecklistItemId,
	'no-destructive-drop' | 'not-null-filled' | 'large-index-concurrently' | 'no-destructive-rename'
>;

export function checklistEvidence(review: Review): Readonly<Record<EvidencedItemId, Evidence>> {
	return {
		'no-destructive-drop': evidence(review, 'no-destructive-drop', dropSentence(review)),
		'not-null-filled': evidence(review, 'not-null-filled', notNullSentence(review)),
		'large-index-concurrently': evidence(review, 'large-index-concurrently', indexSentence(review)),
		'no-destructive-rename': evidence(review, 'no-destructive-rename', renameSentence(review)),
	};
}

/**
 * What an answer to the item answers: an answer is kept for new bytes that say the same. Lines are left out, as they move
 * with whatever else the script holds.
 */
export function evidenceFingerprint(review: Review, item: EvidencedItemId): string {
	const findings = review.findings.filter((finding) => finding.item === item && finding.severity !== 'notice');
	if (findings.length === 0) return 'clean';
	const told = findings.map(({rule, severity, migration, statement}) => [rule, severity, migration, statement]);
	return JSON.stringify(told.toSorted((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b), 'en')));
}

/** Findings speak for themselves; `otherwise` is what is left to say. */
function evidence(review: Review, item: EvidencedItemId, otherwise: string | null): Evidence {
	const findings = review.findings.filter((finding) => finding.item === item);
	const told = findings.map(({message}) => message);
	return {
		clean: findings.every(({severity}) => severity === 'notice'),
		sentences: otherwise === null ? told : [...told, otherwise],
	};
}

function dropSentence(review: Review): string | null {
	const drops = changesOf(review, 'drop-table', 'drop-column', 'drop-schema');
	if (drops.length + findingsOf(review, 'drop-observed') === 0) return 'Drops no table and no column.';
	const harmless = drops.length - findingsOf(review, 'drop-table', 'drop-column', 'drop-schema');
	return harmless > 0 ? `${counted(harmless, 'drop')} of what this script itself creates, or what is not there.` : null;
}

function notNullSentence(review: Review): string | null {
	const adds = changesOf(review, 'add-column').filter((change) => change.kind === 'add-column' && change.notNull);
	const sets = changesOf(review, 'set-not-null');
	const total = adds.length + sets.length;
	if (total === 0) return 'Adds no NOT NULL column and sets none.';
	const filled = total - findingsOf(review, 'not-null-without-default', 'set-not-null');
	return filled > 0
		? `${counted(filled, 'NOT NULL column')} with a default, filled before, or on an empty or new table.`
		: null;
}

function indexSentence(review: Review): string {
	const builds = review.changes.filter(({change}) => change.kind === 'create-index');
	const existing = builds.filter(({onNewTable}) => !onNewTable);
	if (existing.length === 0) {
		return builds.length === 0 ? 'Builds no index.' : `Builds ${counted(builds.length, 'index')} on new tables only.`;
	}
	const tables = existing.map(({change}) => (change.kind === 'create-index' ? tableText(change.table) : ''));
	const names = [...new Set(tables)].map((name) => `${name} (${sizeText(review, name)})`);
	return `Builds ${counted(existing.length, 'index')} on existing tables: ${names.join(', ')}; from ${countText(review.largeTableRows)} rows on a table is large.`;
}

function renameSentence(review: Review): string | null {
	const renames = changesOf(review, 'rename-table', 'rename-column', 'rename-schema');
	if (renames.length + findingsOf(review, 'rename-observed') === 0) return 'Renames no table and no column.';
	const harmless = renames.length - findingsOf(review, 'rename-table', 'rename-column');
	return harmless > 0
		? `${counted(harmless, 'rename')} of what this script itself creates, or what is not there.`
		: null;
}

function changesOf(review: Review, ...kinds: readonly SchemaChange['kind'][]): readonly SchemaChange[] {
	return review.changes.map(({change}) => change).filter(({kind}) => kinds.includes(kind));
}

function findingsOf(review: Review, ...rules: readonly string[]): number {
	return review.findings.filter(({rule}) => rules.includes(rule)).length;
}

function sizeText(review: Review, name: string): string {
	const reviewed = review.tables.find(({table}) => tableText(table) === name);
	if (reviewed?.empty === true) return 'empty';
	const rows = reviewed?.estimatedRows ?? null;
	return rows === null ? 'unknown size' : `about ${countText(rows)} rows`;
}

function counted(count: number, noun: string): string {
	if (count === 1) return `1 ${noun}`;
	return `${countText(count)} ${noun.endsWith('x') ? `${noun}es` : `${noun}s`}`;
}
