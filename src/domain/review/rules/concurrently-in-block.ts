import type {ScriptStatement} from '../../script/parsed-script.ts';
import {tableText} from '../../script/schema-change.ts';
import {oneLine} from '../constraint-sql.ts';
import {indexSql} from '../index-sql.ts';
import {objectToStatements, type Rule} from '../rule.ts';

/**
 * PostgreSQL documentation, CREATE INDEX: "a regular CREATE INDEX command can be performed within a transaction block,
 * but CREATE INDEX CONCURRENTLY cannot"; the same is said of VACUUM, CREATE DATABASE, ALTER SYSTEM and the others on
 * their own pages, and of a SELECT in PL/pgSQL under "Executing SQL Commands". EF Core 10 itself writes such blocks for
 * IsCreatedConcurrently().
 */
export const concurrentlyInBlock: Rule = {
	id: 'concurrently-in-block',
	item: null,
	waivable: false,
	severity: 'blocker',
	why: 'PostgreSQL refuses it inside a DO block or a transaction, so the migration can only fail. EF puts every command into a DO block, also those with suppressTransaction.',
	example: {
		of: 'migration',
		sql: 'CREATE INDEX CONCURRENTLY ix_orders_customer ON orders (customer_id);',
		instead: `-- Before the release, outside of the script: CREATE INDEX CONCURRENTLY IF NOT EXISTS ix_orders_customer ON orders (customer_id);
CREATE INDEX IF NOT EXISTS ix_orders_customer ON orders (customer_id);`,
	},
	check: (context) =>
		objectToStatements(context.pending, (statement) => {
			if (statement.resultDiscarded) {
				return {
					severity: 'blocker',
					message: 'A SELECT in a block has nowhere to put its rows, so the block fails.',
					remedy: `Write PERFORM instead: ${oneLine(statement.text).replace(/^\s*SELECT\b/iu, 'PERFORM')};`,
				};
			}
			if (!statement.topLevelOnly || !(statement.inBlock || statement.transaction !== null)) return null;
			return {
				severity: 'blocker',
				message: `${commandName(statement)} cannot run inside ${statement.inBlock ? 'a DO block' : 'a transaction'}.`,
				remedy: remedy(statement),
			};
		}),
};

/** `CREATE INDEX CONCURRENTLY`, `VACUUM`. */
function commandName({tag, text}: ScriptStatement): string {
	return /\bCONCURRENTLY\b/iu.test(text) && !tag.endsWith('CONCURRENTLY') ? `${tag} CONCURRENTLY` : tag;
}

function remedy({text, changes}: ScriptStatement): string {
	const [change] = changes;
	if (change?.kind === 'create-index') {
		const {concurrently, ifNotExists} = indexSql(change, text);
		return `Build it before the release, outside of EF's blocks: ${concurrently} The migration then finds it there: ${ifNotExists}`;
	}
	if (change?.kind === 'drop-index') {
		const name = tableText(change.index);
		return `Drop it after the release, outside of EF's blocks: DROP INDEX CONCURRENTLY IF EXISTS ${name}; and leave the migration without it, or with DROP INDEX IF EXISTS ${name};`;
	}
	return `Take it out of the migration and run it on its own, outside of every block and transaction: ${oneLine(text)};`;
}
