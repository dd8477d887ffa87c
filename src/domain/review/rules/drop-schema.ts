import {identifierText} from '../../script/schema-change.ts';
import {objectToChanges, type Rule} from '../rule.ts';

/** Runbook, checklist: "no destructive drop". */
export const dropSchema: Rule = {
	id: 'drop-schema',
	item: 'no-destructive-drop',
	waivable: true,
	why: 'With CASCADE every table in the schema goes with it; without, the statement fails as long as one object is left.',
	check: (context) =>
		objectToChanges(context, ({change, onNewTable}) => {
			if (change.kind !== 'drop-schema' || onNewTable) return null;
			const schema = identifierText(change.schema);
			return {
				severity: 'blocker',
				destructive: true,
				message: `Drops schema ${schema}${change.cascade ? ' with everything in it' : ''}.`,
				remedy: `Drop its tables one by one, over two releases, so that each is reviewed; then DROP SCHEMA ${schema}; without CASCADE.`,
			};
		}),
};
