import {objectToStatements, type Rule} from '../rule.ts';

/**
 * PostgreSQL documentation, CREATE INDEX: "can be performed within a transaction block, but CREATE INDEX CONCURRENTLY
 * cannot". EF Core 10 itself writes such blocks for IsCreatedConcurrently().
 */
export const concurrentlyInBlock: Rule = {
	id: 'concurrently-in-block',
	item: null,
	waivable: false,
	why: 'PostgreSQL refuses it inside a DO block or a transaction, so the migration can only fail; EF puts every command into a DO block.',
	check: (context) =>
		objectToStatements(context.pending, (statement) => {
			if (statement.resultDiscarded) {
				return {
					severity: 'blocker',
					message: 'A SELECT in a block has nowhere to put its rows, so the block fails.',
					remedy: `Write PERFORM instead: ${statement.text.replace(/^SELECT\b/iu, 'PERFORM')};`,
				};
			}
			if (!statement.topLevelOnly || !(statement.inBlock || statement.transaction !== null)) return null;
			const name = /\bCONCURRENTLY\b/iu.test(statement.text) ? `${statement.tag} CONCURRENTLY` : statement.tag;
			return {
				severity: 'blocker',
				message: `${name} cannot run inside ${statement.inBlock ? 'a DO block' : 'a transaction'}.`,
				remedy: `Take it out of the migration, run it on its own before the release, and let the migration find it done: ${statement.text};`,
			};
		}),
};
