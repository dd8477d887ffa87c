import {isTableKind, type Moved, partitionOf} from './rehearsal-ground.ts';
import type {DeltaEntry, SchemaDelta} from './schema-delta.ts';

/** Of a definition in a sentence. Characters. */
const longestDefinition = 160;

/**
 * What moved, a sentence each: `column shop.orders.total: numeric(10,2) is now numeric(12,2)`.
 *
 * @param limit Sentences; what is left out is counted in one more.
 */
export function movedSentences(moved: readonly Moved[], limit: number): readonly string[] {
	return limited(
		moved.map(({kind, identity, was, is}) => changeSentence(`${kind} ${identity}`, was, is)),
		limit,
	);
}

/**
 * Changes, a sentence each, renames included.
 *
 * @param limit Sentences; what is left out is counted in one more.
 */
export function changeSentences(delta: SchemaDelta, limit: number): readonly string[] {
	return limited(delta.map(sentenceOf), limit);
}

function sentenceOf({kind, before, after}: DeltaEntry): string {
	const renamed = before !== null && after !== null && before.identity !== after.identity;
	const name = `${kind} ${(after ?? before)?.identity ?? ''}`;
	const changed = before?.definition !== after?.definition;
	if (renamed && !changed) return `${name}: was called ${before.identity}`;
	const sentence = changeSentence(name, before?.definition ?? null, after?.definition ?? null);
	return renamed ? `${sentence} (was called ${before.identity})` : sentence;
}

function changeSentence(name: string, was: string | null, is: string | null): string {
	if (was === null) return `${name} came`;
	if (is === null) return `${name} is no more`;
	const [old, now] = firstDifference(was, is);
	return `${name}: ${shown(old)} is now ${shown(now)}`;
}

/** Of two texts of many lines the first lines that differ. */
function firstDifference(was: string, is: string): readonly [string, string] {
	const old = was.split('\n');
	const now = is.split('\n');
	const at = old.findIndex((line, index) => line !== now[index]);
	return at < 0 ? ['', now[old.length] ?? ''] : [old[at] ?? '', now[at] ?? ''];
}

function shown(line: string): string {
	const text = line.trim();
	if (text === '') return '(nothing)';
	return text.length <= longestDefinition ? text : `${text.slice(0, longestDefinition)}…`;
}

function limited(sentences: readonly string[], limit: number): readonly string[] {
	const left = sentences.length - limit;
	return left <= 0 ? sentences : [...sentences.slice(0, limit), `… and ${left} more`];
}

/**
 * What others changed meanwhile, for people: without what the target's configuration ignores, and without the parts of
 * tables that came or went; partitions of a table are told as one.
 *
 * @param ignore Patterns of names, `*` for any characters: `shop.events_*`.
 * @param limit Lines; what is left out is counted in one more.
 */
export function elsewhereLines(elsewhere: SchemaDelta, ignore: readonly string[], limit: number): readonly string[] {
	const patterns = ignore.map(patternOf);
	const told = elsewhere.filter((entry) => !isIgnored(entry, patterns));
	const whole = new Set(
		told
			.filter(({before, after}) => before === null || after === null)
			.map(({before, after}) => (after ?? before)?.identity),
	);
	const others = told.filter(({root, of}) => root === undefined && (of === null || !whole.has(of)));
	return limited([...partitionLines(told), ...others.map(sentenceOf)], limit);
}

function isIgnored({of, before, after}: DeltaEntry, patterns: readonly RegExp[]): boolean {
	return [of, before?.identity, after?.identity].some(
		(name) => name !== undefined && name !== null && patterns.some((pattern) => pattern.test(name)),
	);
}

function patternOf(pattern: string): RegExp {
	return new RegExp(`^${pattern.split('*').map(literally).join('.*')}$`, 'su');
}

function literally(text: string): string {
	return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/gu, String.raw`\$&`);
}

function partitionLines(delta: SchemaDelta): readonly string[] {
	const roots = [...new Set(delta.flatMap(({root}) => (root === undefined ? [] : [root])))];
	return roots.flatMap((root) => {
		const own = delta.filter((entry) => entry.root === root);
		const tables = own.filter(({kind}) => isTableKind(kind));
		const came = tables.filter(({before}) => before === null).length;
		const went = tables.filter(({after}) => after === null).length;
		const whole = new Set(
			tables
				.filter(({before, after}) => before === null || after === null)
				.map(({before, after}) => (after ?? before)?.identity),
		);
		const changed = new Set(own.map(partitionName).filter((name) => !whole.has(name))).size;
		return [
			...(came === 0 ? [] : [`${partitions(came)} of ${root} came`]),
			...(went === 0 ? [] : [`${partitions(went)} of ${root} went`]),
			...(changed === 0 ? [] : [`${partitions(changed)} of ${root} changed`]),
		];
	});
}

function partitionName({kind, of, before, after}: DeltaEntry): string {
	return partitionOf({kind, of, identity: (after ?? before)?.identity ?? ''});
}

function partitions(many: number): string {
	return many === 1 ? 'one partition' : `${many} partitions`;
}
