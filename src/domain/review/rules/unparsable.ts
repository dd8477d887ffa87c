import {objectToFaults} from '../fault-objections.ts';
import type {Rule} from '../rule.ts';

/** Before it asks any guard PostgreSQL compiles the block, so an error in an applied migration fails as well. */
export const unparsable: Rule = {
	id: 'unparsable',
	item: null,
	waivable: false,
	severity: 'blocker',
	why: 'What PostgreSQL cannot read fails when the script runs, even where the migration is applied already, and nobody could review it.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ADD COLUM note text;',
		instead: 'ALTER TABLE orders ADD COLUMN note text;',
	},
	check: (context) => objectToFaults(context, 'unparsable', 'blocker'),
};
