import {objectToFaults} from '../fault-objections.ts';
import type {Rule} from '../rule.ts';

/** psql documentation, "Meta-Commands" and "SQL Interpolation". */
export const psqlCommand: Rule = {
	id: 'psql-command',
	item: null,
	waivable: false,
	severity: 'blocker',
	why: 'psql keeps its own commands and variables from the server: they can run programs, read files, go to another database, switch off the stop at an error, or change the SQL that follows.',
	example: {
		of: 'file',
		sql: String.raw`\set ON_ERROR_STOP off`,
		instead: 'Nothing: what a migration needs is SQL, and a value is written where it is used.',
	},
	check: (context) => objectToFaults(context, 'psql-command', 'blocker'),
};
