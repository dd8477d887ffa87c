import type {Place} from '../review/finding.ts';
import type {TableName} from './table-name.ts';
import type {SchemaChange} from './schema-change.ts';

/**
 * A script as read: facts about its bytes, and its statements, taken out of the blocks they stand in. Pure data, safe
 * as JSON. Places count from 1 in the file as given; columns are characters (code points), and a BOM has no width.
 */
export interface ParsedScript {
	/** Hex, of the bytes as given. */
	readonly sha256: string;
	readonly byteLength: number;
	readonly bom: boolean;
	readonly lineEnding: 'lf' | 'crlf' | 'mixed';
	/** What makes the text itself unsafe or unreadable, in the order of the file. */
	readonly faults: readonly ScriptFault[];
	/** Leaves in the order of the file: a DO block is not a statement, what stands in it is. */
	readonly statements: readonly ScriptStatement[];
	/** Every guard in the order of the file, also those of blocks that hold no statement. */
	readonly guards: readonly PlacedGuard[];
}

/** Where the bytes are not what they should be: what stands there cannot be, or must not be, handed to psql. */
export interface ScriptFault {
	readonly kind: FaultKind;
	readonly place: Place;
	/** The migration's guard under which it stands, or null where that is not known. */
	readonly guard: Guard | null;
	/** What stands there, with characters that cannot be seen written as `U+200B`. */
	readonly text: string;
	/** A sentence: what is wrong. Without the place. */
	readonly message: string;
	/** A sentence: what to do about it. */
	readonly remedy: string;
}

/**
 * - `unparsable`: not PostgreSQL, at the top level or inside a block; the statement it stands in is left out.
 * - `psql-command`: a backslash command, or a variable that psql would replace; read as if it were blank.
 * - `parser-differential`: from here on psql or the server may read the bytes otherwise than the parser.
 * - `hidden-character`: a character that people cannot see, outside of string literals.
 * - `hidden-character-in-literal`: the same inside one: data, most likely.
 */
export type FaultKind =
	| 'unparsable'
	| 'psql-command'
	| 'parser-differential'
	| 'hidden-character'
	| 'hidden-character-in-literal';

/**
 * `IF NOT EXISTS(SELECT 1 FROM <table> WHERE "<column>" = '<id>')` around a statement: EF's own way of asking its
 * history. A guard is any condition of that form on an ordinary table; which table is the history, the frame decides.
 */
export interface Guard {
	/** As written, quotes included. */
	readonly tableText: string;
	readonly table: TableName;
	/** Unquoted. */
	readonly column: string;
	readonly id: string;
	/** NOT EXISTS (up) or EXISTS (down). */
	readonly negated: boolean;
}

export interface PlacedGuard extends Guard {
	readonly place: Place;
	/** The tag that quotes the block, such as `$EF$`; empty where it is quoted otherwise. */
	readonly blockTag: string;
	/** Index of the statement at the file's top level that holds it. */
	readonly topLevel: number;
	readonly transaction: number | null;
}

export type TransactionStep = 'begin' | 'commit' | 'rollback' | 'savepoint' | 'two-phase';

export interface ScriptStatement {
	readonly place: Place;
	/** Source text as in the file; of an EXECUTE with a literal, the literal's text. */
	readonly text: string;
	/**
	 * Command tag as PostgreSQL names it (`ALTER TABLE`, `SELECT`, `DO`), `EXPRESSION` for a value that a block computes by
	 * calling functions, `DYNAMIC` for an EXECUTE whose text only the server will know.
	 */
	readonly tag: string;
	/** Index of the statement at the file's top level that holds it, from 0. */
	readonly topLevel: number;
	/** It runs inside a DO block (or a routine called by one), so it cannot be what only runs at the top level. */
	readonly inBlock: boolean;
	/** Language of the DO block that could not be looked into, else null. */
	readonly foreignLanguage: string | null;
	readonly guard: Guard | null;
	/** What else decides inside the block whether it runs, outermost first: `IF x > 1`, `ELSE`, `LOOP`, `EXCEPTION`. */
	readonly conditions: readonly string[];
	/** Number of the explicit transaction it stands in, counted from 0; null where none is open. */
	readonly transaction: number | null;
	readonly transactionStep: TransactionStep | null;
	readonly changes: readonly SchemaChange[];
	/** Its row in a history-like table: one literal id inserted or deleted. */
	readonly historyWrite: HistoryWrite | null;
	/** Functions and procedures called, last name lower-cased, with schema where written: `setval`, `pg_catalog.set_config`. */
	readonly calls: readonly string[];
	readonly settings: readonly SettingChange[];
	/** What reaches out of the database or at its roles. */
	readonly powers: readonly Power[];
	/** A SELECT in a block without INTO: PostgreSQL has no destination for its rows and fails. */
	readonly resultDiscarded: boolean;
	/** It cannot run inside a block or transaction: CONCURRENTLY, VACUUM, CREATE DATABASE … */
	readonly topLevelOnly: boolean;
	/** DROP … CASCADE or TRUNCATE … CASCADE: it takes along what it does not name. */
	readonly cascade: boolean;
	/**
	 * The body of the routine that it creates holds an EXECUTE of a text that only the server will know, or could not be
	 * read: what a call of the routine does, nobody can say.
	 */
	readonly dynamicInBody: boolean;
	/** Tables whose rows the body of the routine that it creates writes, as far as it can be read. */
	readonly writtenInBody: readonly TableName[];
}

/** Statements with the same key commit or fail together: one explicit transaction, or one statement at the top level. */
export function transactionKey({transaction, topLevel}: Pick<ScriptStatement, 'transaction' | 'topLevel'>): string {
	return transaction === null ? `statement ${topLevel}` : `transaction ${transaction}`;
}

/** `INSERT INTO t (a, b) VALUES ('id', 'version')`, or `DELETE FROM t WHERE a = 'id'`. */
export interface HistoryWrite {
	readonly operation: 'insert' | 'delete';
	readonly table: TableName;
	/** Column → literal text, in the order written; of a DELETE, the one column compared. */
	readonly values: readonly {readonly column: string | null; readonly value: string}[];
}

export interface SettingChange {
	/** Lower case; `all` for RESET ALL and DISCARD ALL. */
	readonly name: string;
	readonly action: 'set' | 'reset' | 'discard';
	/** Null where it is a default or only known when it runs. */
	readonly value: string | null;
	readonly via: 'statement' | 'function';
}

/** Why a statement is more than a change of this database. */
export interface Power {
	readonly kind:
		| 'program'
		| 'server-file'
		| 'untrusted-language'
		| 'untrusted-extension'
		| 'foreign-server'
		| 'server-setting'
		| 'role-power'
		| 'role-change'
		| 'owned-objects'
		| 'library';
	/** The name that gave it away, such as `plpython3u`. */
	readonly name: string;
}
