import {NodeType, parse} from 'slack-message-parser';
import type {Node} from 'slack-message-parser';
import {withEmoji} from './emoji.ts';
import type {Flow, Inline} from './flow.ts';
import {lift, lower, protect} from './protected-text.ts';
import type {Lifted, Reading} from './protected-text.ts';
import {targetAsInline} from './mrkdwn-targets.ts';

/** Above this many characters a text is shown plain: Slack takes 40,000 in a message. */
const longest = 50_000;

/** Slack's mrkdwn as a tree. Never throws, and takes time in proportion to the text. */
export function mrkdwnFlow(text: string, reading: Reading): readonly Flow[] {
	if (text.length > longest) return plainFlow(text);
	try {
		return text.split(/(```[\s\S]+?```)/).flatMap((piece, index) => {
			if (index % 2 === 0) return linesFlow(trimmedBeside(piece, index), reading);
			return [preFlow(piece.slice(3, -3))];
		});
	} catch {
		return plainFlow(text);
	}
}

/** plain_text as a tree: nothing in it is markup, emoji names apart. */
export function plainFlow(text: string, emoji = true): readonly Flow[] {
	return text.split('\n').map((line): Flow => {
		const children: readonly Inline[] = emoji ? withEmoji(line) : [{kind: 'text', text: line}];
		return line === '' ? {kind: 'gap'} : {kind: 'line', children};
	});
}

/** A line break right before or after a code block belongs to the block. */
function trimmedBeside(piece: string, index: number): string {
	return index === 0 ? piece.replace(/\n$/, '') : piece.replace(/^\n/, '').replace(/\n$/, '');
}

function preFlow(content: string): Flow {
	const text = content.replace(/^\n/, '').replace(/\n$/, '');
	return {kind: 'pre', children: preParts(text)};
}

/** Links stay links in a code block, all else is text. */
function preParts(text: string): readonly Inline[] {
	return text.split(/(<[^\s<>][^<>\n]*>)/).flatMap((part, index): readonly Inline[] => {
		if (index % 2 === 1) return [targetAsInline(part.slice(1, -1), false)];
		return part === '' ? [] : [{kind: 'text', text: lower(part)}];
	});
}

function linesFlow(text: string, reading: Reading): readonly Flow[] {
	if (text === '') return [];
	const flow: Flow[] = [];
	let quoted: string[] = [];
	const endQuote = (): void => {
		if (quoted.length > 0) flow.push({kind: 'quote', children: quoted.map((each) => lineFlow(each, reading))});
		quoted = [];
	};
	let rest = false;
	for (const line of linesOf(text)) {
		const opening = rest ? null : /^(?:(?:&gt;|>){3}|(?:&gt;|>)) ?/.exec(line);
		if (opening !== null && /^(?:(?:&gt;|>){3})/.test(line)) rest = true;
		if (opening === null && !rest) {
			endQuote();
			flow.push(lineFlow(line, reading));
		} else {
			quoted.push(line.slice(opening?.[0].length ?? 0));
		}
	}
	endQuote();
	return flow;
}

/** Lines; a break inside of a link's label is no end of a line. */
function linesOf(text: string): readonly string[] {
	return text.replaceAll(/<[^<>|\n]+\|[^<>]*>/g, (link) => link.replaceAll('\n', ' ')).split('\n');
}

function lineFlow(line: string, reading: Reading): Flow {
	if (line.trim() === '') return {kind: 'gap'};
	const bullet = /^(\s*)([•◦▪‣-]|\d{1,3}\.) +(?=\S)/.exec(line);
	if (bullet === null) return {kind: 'line', children: inlines(line, reading)};
	const [whole, space = '', sign = ''] = bullet;
	return {kind: 'hanging', bullet: `${space}${sign}`, children: inlines(line.slice(whole.length), reading)};
}

/**
 * The parser's rules for bold, italic and strike are used; what it misreads is taken out of its sight first: code and
 * links (`*a <https://x/b*c> d*`), backticks and quote signs that mean nothing here.
 */
function inlines(line: string, reading: Reading): readonly Inline[] {
	const {text, lifted} = lift(line, reading);
	return nodesAsInlines(parse(protect(text)).children, lifted);
}

/** What the parser takes for anything but bold, italic and strike is text again: the rest is ours to read. */
function nodesAsInlines(nodes: readonly Node[], lifted: Lifted): readonly Inline[] {
	const parts: Inline[] = [];
	let plain = '';
	for (const node of nodes) {
		const styled = styledNode(node, lifted);
		if (styled === undefined) {
			plain += node.source;
			continue;
		}
		parts.push(...settle(plain, lifted), styled);
		plain = '';
	}
	return [...parts, ...settle(plain, lifted)];
}

function styledNode(node: Node, lifted: Lifted): Inline | undefined {
	if (node.type === NodeType.Bold) return {kind: 'bold', children: nodesAsInlines(node.children, lifted)};
	if (node.type === NodeType.Italic) return {kind: 'italic', children: nodesAsInlines(node.children, lifted)};
	if (node.type === NodeType.Strike) return {kind: 'strike', children: nodesAsInlines(node.children, lifted)};
	return undefined;
}

/** Text in which what was lifted out is put back. */
function settle(source: string, lifted: Lifted): readonly Inline[] {
	return source.split(/\uE000(\d+)\uE001/).flatMap((part, index) => {
		if (index % 2 === 0) return withEmoji(lower(part));
		const back = lifted[Number(part)];
		return back === undefined ? [] : [back];
	});
}
