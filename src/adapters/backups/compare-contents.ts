import {Failure} from '../../operations/ports/failure.ts';
import type {Contents} from './dump-readers.ts';
import type {Snapshot} from './snapshot.ts';

/** How many missing tables are named. */
const named = 5;

/**
 * Compares what a dump names with what the target had in the same snapshot. By object id: names with spaces cannot be told
 * apart in pg_restore's list.
 *
 * @throws Failure backup-unreadable
 */
export function requireWhole({server, tables}: Snapshot, contents: Contents): void {
	// pg_restore writes a name's line ends as blanks.
	const expected = server.database.replaceAll(/[\r\n]/g, ' ');
	if (contents.database !== null && contents.database !== expected) {
		throw new Failure('backup-unreadable', `The backup is of database ${contents.database}, not of ${expected}.`);
	}
	const missing = tables.filter(({oid}) => !contents.tables.has(oid));
	if (missing.length > 0) throw lacks(missing, 'lacks');
	const empty = tables.filter(({oid, holdsRows}) => holdsRows && !contents.data.has(oid));
	if (empty.length > 0) throw lacks(empty, 'lacks the rows of');
}

function lacks(tables: readonly {readonly schema: string; readonly name: string}[], what: string): Failure {
	const names = tables.slice(0, named).map(({schema, name}) => `${schema}.${name}`);
	const more = tables.length > named ? ` and ${tables.length - named} more` : '';
	return new Failure(
		'backup-unreadable',
		`The backup ${what} ${names.join(', ')}${more}, which the target had when it was taken.`,
	);
}
