import {type Document, isNode, type LineCounter} from 'yaml';
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
	return error.issues.map((issue) => {
		const path = issue.path.filter((part) => typeof part !== 'symbol');
		const where = path.length === 0 ? '' : `${path.join('.')}: `;
		return `${file}:${lineOf(path, document, lines)}: ${where}${issue.message}`;
	});
}

function lineOf(path: readonly (string | number)[], document: Document, lines: LineCounter): number {
	for (let length = path.length; length > 0; length--) {
		const node = document.getIn(path.slice(0, length), true);
		if (isNode(node) && node.range != null) return lines.linePos(node.range[0]).line;
	}
	return 1;
}
