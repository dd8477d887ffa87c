import type {Flow, Inline} from './flow.ts';
import {markdownInlines} from './markdown-inlines.ts';

type Taken = {readonly flow: Flow; readonly next: number};
type Item = {readonly indent: number; readonly ordered: boolean; readonly start: number; readonly text: string};

/**
 * The markdown of a markdown block as a tree: headings, paragraphs, lists, quotes, code, tables, rules, and what
 * stands within lines (Slack: "Markdown block"). HTML is text.
 */
export function markdownFlow(text: string): readonly Flow[] {
	const lines = text.replaceAll('\r\n', '\n').split('\n');
	const flow: Flow[] = [];
	let at = 0;
	while (at < lines.length) {
		const taken = fence(lines, at) ?? quote(lines, at) ?? table(lines, at) ?? list(lines, at) ?? single(lines, at);
		flow.push(taken.flow);
		at = taken.next;
	}
	return flow;
}

function fence(lines: readonly string[], at: number): Taken | undefined {
	const mark = /^ {0,3}(`{3,}|~{3,})/.exec(lines[at] ?? '')?.[1];
	if (mark === undefined) return undefined;
	const closing = lines.findIndex((each, index) => index > at && each.trim() === mark);
	const end = closing === -1 ? lines.length : closing;
	const children: readonly Inline[] = [{kind: 'text', text: lines.slice(at + 1, end).join('\n')}];
	return {flow: {kind: 'pre', children}, next: end + 1};
}

function quote(lines: readonly string[], at: number): Taken | undefined {
	const next = endOf(lines, at, (line) => /^ {0,3}>/.test(line));
	if (next === at) return undefined;
	const inner = lines.slice(at, next).map((each) => each.replace(/^ {0,3}> ?/, ''));
	return {flow: {kind: 'quote', children: inner.map(lineOf)}, next};
}

function table(lines: readonly string[], at: number): Taken | undefined {
	const head = lines[at] ?? '';
	const under = lines[at + 1] ?? '';
	if (!head.includes('|') || !/^[\s|:-]+$/.test(under) || !under.includes('-') || !under.includes('|')) {
		return undefined;
	}
	const next = endOf(lines, at + 2, (line) => line.includes('|'));
	const rows = [head, ...lines.slice(at + 2, next)].map((row) => cellsOf(row).map((cell) => [lineOf(cell)]));
	const aligns = cellsOf(under).map((cell) => {
		if (!cell.endsWith(':')) return 'left' as const;
		return cell.startsWith(':') ? ('center' as const) : ('right' as const);
	});
	return {flow: {kind: 'table', aligns, rows}, next};
}

function cellsOf(row: string): readonly string[] {
	const inner = row
		.trim()
		.replace(/^\|/, '')
		.replace(/(?<!\\)\|$/, '');
	return inner.split(/(?<!\\)\|/).map((each) => each.trim().replaceAll(String.raw`\|`, '|'));
}

function list(lines: readonly string[], at: number): Taken | undefined {
	const first = itemOf(lines[at] ?? '');
	if (first === undefined) return undefined;
	const next = endOf(lines, at, (line) => itemOf(line) !== undefined);
	const items = lines.slice(at, next).flatMap((each) => itemOf(each) ?? []);
	return {flow: listOf(items), next};
}

/** Deeper items are a list within the item before them. */
function listOf(items: readonly Item[]): Flow {
	const [first] = items;
	const outer = first?.indent ?? 0;
	const made: Flow[][] = [];
	let at = 0;
	while (at < items.length) {
		const item = items[at];
		if (item === undefined) break;
		const deeper = items.findIndex((each, index) => index > at && each.indent <= outer + 1);
		const end = deeper === -1 ? items.length : deeper;
		const within = items.slice(at + 1, end);
		made.push([lineOf(item.text), ...(within.length === 0 ? [] : [listOf(within)])]);
		at = end;
	}
	return {kind: 'list', ordered: first?.ordered ?? false, start: first?.start ?? 1, indent: 0, items: made};
}

function itemOf(line: string): Item | undefined {
	const found = /^(\s*)(?:[-*+]|(\d{1,9})[.)])\s+(\[[ xX]\]\s)?(\S.*)$/.exec(line);
	if (found === null || /^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return undefined;
	const [, space = '', number, box, text = ''] = found;
	const ticked = box === undefined ? '' : /x/i.test(box) ? '☑ ' : '☐ ';
	const indent = Math.min(40, space.replaceAll('\t', '    ').length);
	return {indent, ordered: number !== undefined, start: Number(number ?? 1), text: `${ticked}${text}`};
}

function single(lines: readonly string[], at: number): Taken {
	const line = lines[at] ?? '';
	const next = at + 1;
	const heading = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/.exec(line);
	if (heading !== null) {
		const [, marks = '', text = ''] = heading;
		return {flow: {kind: 'heading', level: marks.length, children: markdownInlines(text)}, next};
	}
	if (/^ {0,3}([-*_])( *\1){2,} *$/.test(line)) return {flow: {kind: 'rule'}, next};
	return {flow: lineOf(line), next};
}

function lineOf(text: string): Flow {
	return text.trim() === '' ? {kind: 'gap'} : {kind: 'line', children: markdownInlines(text)};
}

/** The index of the first line from `at` on that is no longer of the kind. */
function endOf(lines: readonly string[], at: number, isOne: (line: string) => boolean): number {
	let end = at;
	while (end < lines.length && isOne(lines[end] ?? '')) end += 1;
	return end;
}
