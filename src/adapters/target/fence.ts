import type {TableName} from '../../domain/script/table-name.ts';
import type {ApplyExpectations, FenceReason} from '../../operations/ports/targets.ts';
import {sessionSettings} from '../../platform/psql-session.ts';
import {parseTableName, quoteIdentifier, quoteLiteral, quoteTable} from './identifiers.ts';
import {uuidSql} from './identity.ts';
import {applyName, applyObject, backendStart, lockClass} from './locks.ts';

/** What the fence raises, in a class of SQLSTATEs that is nobody else's, and what it means. */
export const fenceReasons: Readonly<Record<string, FenceReason>> = {
	LS001: 'lock-busy',
	LS002: 'past-deadline',
	LS003: 'identity',
	LS004: 'history-moved',
	LS005: 'data-moved',
	LS006: 'replica',
};

export interface Fence {
	readonly requestNumber: number;
	readonly expectations: ApplyExpectations;
	readonly lockTimeoutMs: number;
	readonly role: string | null;
	/** The script runs under psql's -q: no command tags in the output. */
	readonly quiet: boolean;
	readonly leashMs: number;
	/** By the target's own clock, in milliseconds since 1970. */
	readonly deadlineMs: number;
	/** As `server_version_num`. */
	readonly serverVersion: number;
	/** Printed to standard error, with the backend's process id and beginning, when the fence is passed. Letters and digits. */
	readonly marker: string;
	/** Locks psql's backslash commands for the rest of the session; null where this psql does not know how. */
	readonly restrictKey: string | null;
}

/**
 * The file that psql runs, in the same session, right before the script. It prepares the session and raises, with a
 * SQLSTATE of its own, when the script must not begin. Each part is a transaction of its own: nothing is open and no
 * snapshot is held when the script begins, and what is read after the lock was taken is read anew.
 *
 * A file, not `-c`: a long history does not fit an argument, and arguments are seen by everybody on the machine.
 */
export function fenceScript(fence: Fence): string {
	return [
		`SET application_name = '${applyName}${fence.requestNumber}';`,
		...sessionSettings({...fence, idleMs: fence.leashMs}),
		block(fence, lockChecks(fence)),
		// Before another role is assumed, which might not see when the session began.
		String.raw`SELECT pid AS lockstep_pid, ${backendStart} AS lockstep_start FROM pg_catalog.pg_stat_activity WHERE pid = pg_backend_pid() \gset`,
		...(fence.role === null ? [] : [`SET ROLE ${quoteIdentifier(fence.role)};`]),
		block(fence, identityChecks(fence.expectations)),
		block(fence, historyCheck(fence.expectations)),
		...dataChecks(fence.expectations).map((check) => block(fence, check)),
		String.raw`\warn ${fence.marker} :lockstep_pid :lockstep_start`,
		String.raw`\unset lockstep_pid`,
		String.raw`\unset lockstep_start`,
		...(fence.quiet ? [] : [String.raw`\set QUIET off`]),
		...(fence.restrictKey === null ? [] : [String.raw`\restrict ${fence.restrictKey}`]),
		'',
	].join('\n');
}

function lockChecks({deadlineMs}: Fence): string {
	return `BEGIN
	IF pg_is_in_recovery() THEN
		${raise('LS006', `'The target is a replica: it cannot be written.'`)}
	END IF;
	IF NOT pg_try_advisory_lock(${lockClass}, ${applyObject}) THEN
		${raise('LS001', `'Another session holds the lock of applying on this database.'`)}
	END IF;
	IF clock_timestamp() > to_timestamp(${deadlineMs / 1000}) THEN
		${raise('LS002', `'The time in which this session might begin is over.'`)}
	END IF;
END`;
}

function identityChecks({identity}: ApplyExpectations): string {
	return `DECLARE
	found record;
	system text := '';
BEGIN
	SELECT d.oid::text AS oid, d.datname::text AS name, ${uuidSql} AS uuid INTO found
		FROM pg_catalog.pg_database AS d WHERE d.datname = current_database();
	IF has_function_privilege('pg_catalog.pg_control_system()', 'execute') THEN
		SELECT system_identifier::text INTO system FROM pg_catalog.pg_control_system();
	END IF;
	IF found.name IS DISTINCT FROM ${quoteLiteral(identity.database)}
		OR found.oid IS DISTINCT FROM '${identity.databaseOid}'
		OR found.uuid IS DISTINCT FROM ${identity.uuid === null ? 'NULL' : quoteLiteral(identity.uuid)}
		OR ('' NOT IN (system, ${quoteLiteral(identity.systemIdentifier)}) AND system <> ${quoteLiteral(identity.systemIdentifier)}) THEN
		${raise('LS003', `format('This is not the database that was reviewed: database %s, oid %s, system %s, mark %s.', found.name, found.oid, system, coalesce(found.uuid, 'none'))`)}
	END IF;
END`;
}

/** Names in messages: enough to know which ones, not all of a long list. */
const namedIds = 3;

function historyCheck({history, appliedIds}: ApplyExpectations): string {
	const table = quoteTable(parseTableName(history.table));
	const id = quoteIdentifier(history.migrationIdColumn);
	const expected = `ARRAY[${appliedIds.map(quoteLiteral).join(', ')}]::text[]`;
	const listed = (from: string, but: string) =>
		`coalesce((SELECT string_agg(x, ', ') FROM (SELECT unnest(${from}) AS x EXCEPT ALL SELECT unnest(${but}) ORDER BY x LIMIT ${namedIds}) AS s), 'nothing')`;
	return `DECLARE
	expected text[] := ${expected};
	found text[] := '{}';
BEGIN
	IF to_regclass(${quoteLiteral(table)}) IS NOT NULL THEN
		SELECT coalesce(array_agg(h.${id}::text), '{}') INTO found FROM ${table} AS h;
	END IF;
	IF ARRAY(SELECT unnest(found) AS x ORDER BY x) IS DISTINCT FROM ARRAY(SELECT unnest(expected) AS x ORDER BY x) THEN
		${raise(
			'LS004',
			`format('The history %s is not as it was reviewed: %s migrations instead of %s; unexpected: %s; missing: %s.',
			${quoteLiteral(history.table)}, cardinality(found), cardinality(expected), ${listed('found', 'expected')}, ${listed('expected', 'found')})`,
		)}
	END IF;
END`;
}

function dataChecks({emptyTables, smallTables}: ApplyExpectations): readonly string[] {
	return [...emptyTables.map(emptyCheck), ...smallTables.map(({table, below}) => smallCheck(table, below))];
}

/** A table that is not there holds no row either. */
function emptyCheck(table: TableName): string {
	const name = quoteTable(table);
	return `BEGIN
	IF to_regclass(${quoteLiteral(name)}) IS NOT NULL THEN
		${seeAllRows}
		IF EXISTS (SELECT FROM ${name}) THEN
			${raise('LS005', `${quoteLiteral(`${readable(table)} is no longer empty: the answers that were given relied on that.`)}`)}
		END IF;
	END IF;
END`;
}

/**
 * The planner's way of estimating, rows per page times pages now, over partitions and children; where the statistics say
 * nothing, rows are counted, no further than to the limit.
 */
function smallCheck(table: TableName, below: number): string {
	const name = quoteTable(table);
	const limit = Math.floor(below);
	return `DECLARE
	estimate float8;
BEGIN
	IF to_regclass(${quoteLiteral(name)}) IS NOT NULL THEN
		${seeAllRows}
		WITH RECURSIVE tree AS (
			SELECT to_regclass(${quoteLiteral(name)})::oid AS oid
			UNION SELECT i.inhrelid FROM pg_catalog.pg_inherits AS i JOIN tree ON i.inhparent = tree.oid
		), sizes AS (
			SELECT CASE
				WHEN pg_relation_size(c.oid) = 0 THEN 0
				WHEN c.reltuples > 0 AND c.relpages > 0
					THEN c.reltuples::float8 / c.relpages * (pg_relation_size(c.oid) / current_setting('block_size')::int)
			END AS rows
			FROM tree JOIN pg_catalog.pg_class AS c USING (oid) WHERE c.relkind = 'r'
		)
		SELECT CASE WHEN bool_or(rows IS NULL) THEN NULL ELSE coalesce(sum(rows), 0) END INTO estimate FROM sizes;
		IF estimate IS NULL THEN
			SELECT count(*) INTO estimate FROM (SELECT FROM ${name} LIMIT ${limit}) AS counted;
		END IF;
		IF estimate >= ${limit} THEN
			${raise('LS005', `format(${quoteLiteral(`${readable(table).replaceAll('%', '%%')} has grown to about %s rows; it was reviewed as smaller than ${limit}.`)}, round(estimate))`)}
		END IF;
	END IF;
END`;
}

/** Row level security would hide rows; with this the server objects instead. */
const seeAllRows = `PERFORM set_config('row_security', 'off', true);`;

function readable({schema, name}: TableName): string {
	return schema === null ? name : `${schema}.${name}`;
}

function raise(sqlState: string, message: string): string {
	return `RAISE EXCEPTION USING ERRCODE = '${sqlState}', MESSAGE = ${message};`;
}

/** The marker is new for every session, so that no name or id inside can end the quotation. */
function block({marker}: Fence, body: string): string {
	return `DO $${marker}$\n${body}\n$${marker}$;`;
}
