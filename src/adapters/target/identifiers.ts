import pg from 'pg';
import {Failure} from '../../operations/ports/failure.ts';
import type {TableName} from '../../domain/script/table-name.ts';

/** An identifier as the server stores it → as it is written in SQL, always in quotes. */
export function quoteIdentifier(name: string): string {
	return pg.escapeIdentifier(name);
}

/** A text as a literal for a session in which standard_conforming_strings is on. */
export function quoteLiteral(text: string): string {
	return pg.escapeLiteral(text);
}

/** A table's name for SQL, re-quoted part by part; without a schema the session's search path decides. */
export function quoteTable({schema, name}: TableName): string {
	return schema === null ? quoteIdentifier(name) : `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/**
 * A quoted identifier (`""` stands for a quote) or a plain one (the server lower-cases it), and nothing else: no
 * `U&"…"`, no space, no comment, no NUL.
 *
 * @see https://www.postgresql.org/docs/current/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS
 */
const identifier = String.raw`(?:"((?:[^"\u0000]|"")+)"|([A-Za-z_\u0080-\uFFFF][A-Za-z0-9_$\u0080-\uFFFF]*))`;

const tableName = new RegExp(`^${identifier}(?:\\.${identifier})?$`);

/**
 * Parses a table's name as a guard or the configuration writes it. The text comes from a script that nobody has reviewed
 * yet: what is not exactly one or two identifiers never reaches the server.
 *
 * @throws Failure target-failed
 */
export function parseTableName(text: string): TableName {
	const match = tableName.exec(text);
	if (match === null) {
		throw new Failure(
			'target-failed',
			`${JSON.stringify(text.slice(0, 100))} is not the name of a table that Lockstep can read.`,
		);
	}
	const first = unquoted(match[1], match[2]);
	const second = unquoted(match[3], match[4]);
	return second === null ? {schema: null, name: first ?? ''} : {schema: first, name: second};
}

function unquoted(quoted: string | undefined, plain: string | undefined): string | null {
	// The server folds ASCII letters; others it leaves alone in a UTF-8 database.
	return quoted?.replaceAll('""', '"') ?? plain?.replace(/[A-Z]/g, (letter) => letter.toLowerCase()) ?? null;
}
