import {identifierText} from '../../script/schema-change.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/**
 * Runbook, checklist: "no destructive drop". What is in a schema nobody is asked, so it is never proven to be empty:
 * PostgreSQL finds out when the statement runs (documentation, DROP SCHEMA, RESTRICT).
 */
export const dropSchema: Rule = {
	id: 'drop-schema',
	item: 'no-destructive-drop',
	waivable: true,
	severity: 'blocker',
	why: 'With CASCADE every table in the schema goes with it; without, the statement fails as long as one object is left.',
	example: {
		of: 'migration',
		sql: 'DROP SCHEMA archive CASCADE;',
		instead: 'Drop its tables one by one, over two releases, and the empty schema last.',
	},
	check: (context) =>
		objectToChanges(context, ({change, onNewTable}) => {
			if (change.kind !== 'drop-schema' || onNewTable) return null;
			const schema = identifierText(change.schema);
			return {
				severity: 'blocker',
				destructive: true,
				message: `Drops schema ${schema}${change.cascade ? ' with everything in it' : ', if nothing is left in it'}.`,
				remedy: `Drop its tables one by one, over two releases, so that each is reviewed; then, in a release of its own, DROP SCHEMA ${schema}; without CASCADE.`,
			};
		}),
};
