import {type Document, isMap, isNode, isScalar, type LineCounter} from 'yaml';
import type {z} from 'zod';

/** The configuration is unusable: every fault, one a line. */
export class ConfigError extends Error {
	readonly faults: readonly string[];

	constructor(faults: readonly string[], options?: {readonly cause?: unknown}) {
		super(`The configuration cannot be used:\n${faults.map((fault) => `  ${fault}`).join('\n')}`, options);
		this.name = 'ConfigError';
		this.faults = faults;
	}
}

/** Each fault with the line it stands on, or the line of what it is missing from. */
export function describeIssues(
	file: string,
	error: z.ZodError,
	document: Document,
	lines: LineCounter,
): readonly string[] {
	return error.issues.flatMap(faultsOf).map(({path, message}) => {
		const where = path.length === 0 ? '' : `${path.join('.')}: `;
		return `${file}:${lineOf(path, document, lines)}: ${where}${message}`;
	});
}

interface Fault {
	readonly path: readonly (string | number)[];
	readonly message: string;
}

/** zod's own words say what is wrong but not what to do. */
function faultsOf(issue: z.core.$ZodIssue): readonly Fault[] {
	const path = issue.path.filter((part) => typeof part !== 'symbol');
	if (issue.code === 'unrecognized_keys') {
		const message = 'there is no such setting here. Check its spelling against lockstep.example.yaml.';
		return issue.keys.map((key) => ({path: [...path, key], message}));
	}
	if (issue.code === 'invalid_key') return [{path, message: issue.issues[0]?.message ?? issue.message}];
	if (issue.code === 'invalid_type' && issue.message.startsWith('Invalid input')) {
		const missing = issue.message.endsWith('undefined');
		const message = missing
			? `is missing; lockstep.example.yaml shows it.`
			: `${issue.message.replace('Invalid input: ', '')}; lockstep.example.yaml shows it.`;
		return [{path, message}];
	}
	return [{path, message: issue.message}];
}

/** A setting's line is that of its name: a map's own begins with its first entry. */
function lineOf(path: readonly (string | number)[], document: Document, lines: LineCounter): number {
	for (let length = path.length; length > 0; length--) {
		const parent = document.getIn(path.slice(0, length - 1), true);
		const name = path[length - 1];
		const pair = isMap(parent) ? parent.items.find(({key}) => isScalar(key) && key.value === name) : undefined;
		const node = pair?.key ?? document.getIn(path.slice(0, length), true);
		if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
	}
	return 1;
}
