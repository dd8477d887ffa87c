import {identifierText, type CreateIndex} from '../script/schema-change.ts';
import {oneLine} from './constraint-sql.ts';

const name = String.raw`"(?:[^"]|"")+"|[\w$\u0080-\uffff]+`;

/** PostgreSQL documentation, CREATE INDEX: what stands before the table's name. */
const head = new RegExp(
	String.raw`^([\s\S]*?\bCREATE\s+(?:UNIQUE\s+)?INDEX)(?:\s+CONCURRENTLY)?(?:\s+IF\s+NOT\s+EXISTS)?(?:\s+(?!ON\s)(?:${name}))?\s+ON\s+(?:ONLY\s+)?`,
	'iu',
);

/** The same index in the ways in which it can be built without holding up anybody. */
export interface IndexSql {
	readonly name: string;
	/** For the time before the release, outside of every block and transaction. */
	readonly concurrently: string;
	/** For the migration, which then finds the index there. */
	readonly ifNotExists: string;
	/** Of a partitioned table: on the parent alone, which takes no time. */
	readonly onOnly: string;
}

/** @param statement the CREATE INDEX as written */
export function indexSql(change: CreateIndex, statement: string): IndexSql {
	const own = identifierText(indexName(change));
	const text = oneLine(statement);
	const rewritten = (words: string, on: string): string =>
		`${text.replace(head, (_all, start: string) => `${start} ${words}${own} ON ${on}`)};`;
	return {
		name: own,
		concurrently: rewritten('CONCURRENTLY IF NOT EXISTS ', ''),
		ifNotExists: rewritten('IF NOT EXISTS ', ''),
		onOnly: rewritten('IF NOT EXISTS ', 'ONLY '),
	};
}

/** Its name; IF NOT EXISTS needs one, so an index without is given what EF would call it. */
function indexName({name: own, table, columns}: CreateIndex): string {
	return own ?? ['IX', table.name, ...columns.map((column) => column ?? 'expression')].join('_');
}
