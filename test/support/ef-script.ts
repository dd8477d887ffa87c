/**
 * Writes SQL scripts in the shapes that `dotnet ef migrations script --idempotent` gives them, version by version:
 *
 * | EF Core | block tag | transactions |
 * |---|---|---|
 * | 3.1 and before | `$$` | none |
 * | 5.0.0 to 5.0.7 | `$$` | one per migration |
 * | 5.0.10 to 8 | `$EF$` | one per migration |
 * | 9 | `$EF$` | one for the whole script |
 * | 10 | `$EF$` | one per migration |
 */
export type EfVersion = '3.1' | '5.0' | '8' | '9' | '10';

/** Every shape, for tests that loop over them. */
export const efVersions: readonly EfVersion[] = ['3.1', '5.0', '8', '9', '10'];

/** A command of a migration: EF puts each into a guarded block of its own. */
export type EfCommand =
	| string
	/** `suppressTransaction: true` makes EF end the transaction before the command and start another after it. */
	| {readonly sql: string; readonly suppressTransaction: true};

export interface EfMigration {
	readonly id: string;
	/** SQL as in the migration, with or without the last semicolon. */
	readonly statements: readonly EfCommand[];
}

export interface EfScript {
	readonly version: EfVersion;
	readonly migrations: readonly EfMigration[];
	/** As written in SQL, quotes included; default `"__EFMigrationsHistory"`. */
	readonly historyTable?: string;
	/** Unquoted names; default `MigrationId` and `ProductVersion`. */
	readonly columns?: {readonly id: string; readonly version: string};
	readonly productVersion?: string;
	readonly crlf?: boolean;
	/** Default true: `dotnet ef … -o` always writes one. */
	readonly bom?: boolean;
	/** As `--no-transactions` leaves it. */
	readonly noTransactions?: boolean;
	/** A revert script: newest migration first, guards turned round. */
	readonly down?: boolean;
	/** As `script FROM TO` leaves it: without the history table's DDL. Down scripts never have it. */
	readonly withoutHistoryDdl?: boolean;
}

interface Shape {
	readonly tag: '$$' | '$EF$';
	readonly transactions: 'none' | 'per-migration' | 'whole-script';
	readonly productVersion: string;
	/** Empty lines after START TRANSACTION: they differ per version, nothing may rely on them. */
	readonly gap: string;
}

const shapes: Readonly<Record<EfVersion, Shape>> = {
	'3.1': {tag: '$$', transactions: 'none', productVersion: '3.1.32', gap: '\n'},
	'5.0': {tag: '$$', transactions: 'per-migration', productVersion: '5.0.7', gap: '\n\n\n'},
	'8': {tag: '$EF$', transactions: 'per-migration', productVersion: '8.0.8', gap: '\n\n\n'},
	'9': {tag: '$EF$', transactions: 'whole-script', productVersion: '9.0.4', gap: '\n\n'},
	'10': {tag: '$EF$', transactions: 'per-migration', productVersion: '10.0.3', gap: '\n\n'},
};

/** The script's bytes, as the file would hold them. */
export function efScript(script: EfScript): Buffer {
	const text = historyDdl(script) + body(script);
	const lines = script.crlf === true ? text.replaceAll('\n', '\r\n') : text;
	return Buffer.from((script.bom ?? true) ? `\u{feff}${lines}` : lines, 'utf8');
}

function body(script: EfScript): string {
	const {transactions, gap} = shapes[script.version];
	const style = script.noTransactions === true ? 'none' : transactions;
	const migrations = script.migrations.map((migration) => migrationText(script, migration, style !== 'none'));
	if (style === 'none') return `\n${migrations.join('')}`;
	if (style === 'whole-script') return `START TRANSACTION;${gap}${migrations.join('')}COMMIT;\n\n`;
	return migrations.map((text) => `START TRANSACTION;${gap}${text}COMMIT;\n\n`).join('');
}

function migrationText(script: EfScript, migration: EfMigration, inTransaction: boolean): string {
	const {gap} = shapes[script.version];
	const commands = migration.statements.map((command) => {
		if (typeof command === 'string') return block(script, migration.id, command);
		const text = block(script, migration.id, command.sql);
		return inTransaction ? `COMMIT;\n\n${text}START TRANSACTION;${gap}` : text;
	});
	return commands.join('') + block(script, migration.id, historyWrite(script, migration.id));
}

function block(script: EfScript, id: string, sql: string): string {
	const {tag} = shapes[script.version];
	const table = script.historyTable ?? '"__EFMigrationsHistory"';
	const column = script.columns?.id ?? 'MigrationId';
	const exists = script.down === true ? 'EXISTS' : 'NOT EXISTS';
	const guard = `IF ${exists}(SELECT 1 FROM ${table} WHERE "${column}" = '${id}') THEN`;
	const command = sql.trimEnd().endsWith(';') || sql.startsWith('--') ? sql : `${sql};`;
	return `DO ${tag}\nBEGIN\n    ${guard}\n    ${command}\n    END IF;\nEND ${tag};\n\n`;
}

function historyWrite(script: EfScript, id: string): string {
	const table = script.historyTable ?? '"__EFMigrationsHistory"';
	const idColumn = identifier(script.columns?.id ?? 'MigrationId');
	if (script.down === true) return `DELETE FROM ${table}\n    WHERE ${idColumn} = '${id}';`;
	const versionColumn = identifier(script.columns?.version ?? 'ProductVersion');
	const productVersion = script.productVersion ?? shapes[script.version].productVersion;
	return `INSERT INTO ${table} (${idColumn}, ${versionColumn})\n    VALUES ('${id}', '${productVersion}');`;
}

function historyDdl(script: EfScript): string {
	if (script.down === true || script.withoutHistoryDdl === true) return '';
	const table = script.historyTable ?? '"__EFMigrationsHistory"';
	const idColumn = identifier(script.columns?.id ?? 'MigrationId');
	const versionColumn = identifier(script.columns?.version ?? 'ProductVersion');
	return `${historySchemaDdl(script, table)}CREATE TABLE IF NOT EXISTS ${table} (
    ${idColumn} character varying(150) NOT NULL,
    ${versionColumn} character varying(32) NOT NULL,
    CONSTRAINT "PK___EFMigrationsHistory" PRIMARY KEY (${idColumn})
);

`;
}

function historySchemaDdl(script: EfScript, table: string): string {
	const {tag} = shapes[script.version];
	const schema = /^("[^"]+"|[^".]+)\./u.exec(table)?.[1];
	if (schema === undefined) return '';
	const name = schema.replaceAll('"', '');
	const guard = `IF NOT EXISTS(SELECT 1 FROM pg_namespace WHERE nspname = '${name}') THEN`;
	return `DO ${tag}\nBEGIN\n    ${guard}\n        CREATE SCHEMA ${schema};\n    END IF;\nEND ${tag};\n`;
}

/** The insert quotes a column only where PostgreSQL needs it; the guard always does. */
function identifier(name: string): string {
	return /^[a-z_][a-z0-9_]*$/u.test(name) ? name : `"${name}"`;
}
