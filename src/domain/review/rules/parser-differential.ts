import {objectToFaults} from '../fault-objections.ts';
import type {Rule} from '../rule.ts';

/** PostgreSQL documentation, "Version and Platform Compatibility" (standard_conforming_strings) and "COPY". */
export const parserDifferential: Rule = {
	id: 'parser-differential',
	item: null,
	waivable: false,
	severity: 'blocker',
	why: 'From there on psql or the server may read the bytes otherwise than the review did, so a statement could run that nobody has seen.',
	example: {
		of: 'file',
		sql: 'SET standard_conforming_strings = off;',
		instead: 'SET standard_conforming_strings = on;',
	},
	check: (context) => objectToFaults(context, 'parser-differential', 'blocker'),
};
