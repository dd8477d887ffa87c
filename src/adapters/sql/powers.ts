import type {Node} from 'libpg-query';
import type {Power} from '../../domain/script/parsed-script.ts';
import {commandTag} from './command-tag.ts';
import {fieldsOf, listOf, stringsOf, tagOf} from './tree.ts';

/** What one node can do beyond this database: programs, files, other servers, roles. */
export function powersOf(tag: string, node: Node): readonly Power[] {
	return readers[tag]?.(node) ?? none;
}

const none: readonly Power[] = [];

const plainPowers: Readonly<Record<string, Power['kind']>> = {
	AlterSystemStmt: 'server-setting',
	LoadStmt: 'library',
	CreateTableSpaceStmt: 'server-file',
	CreateFdwStmt: 'foreign-server',
	AlterFdwStmt: 'foreign-server',
	CreateForeignServerStmt: 'foreign-server',
	AlterForeignServerStmt: 'foreign-server',
	CreateUserMappingStmt: 'foreign-server',
	AlterUserMappingStmt: 'foreign-server',
	CreateForeignTableStmt: 'foreign-server',
	ImportForeignSchemaStmt: 'foreign-server',
	CreateSubscriptionStmt: 'foreign-server',
	AlterSubscriptionStmt: 'foreign-server',
	AlterRoleSetStmt: 'role-change',
	DropRoleStmt: 'role-change',
	ReassignOwnedStmt: 'role-change',
	// Whatever it is that the role owns: no review could tell what goes.
	DropOwnedStmt: 'owned-objects',
	// They run at other people's commands, and may record or forbid them (documentation, "Event Triggers").
	CreateEventTrigStmt: 'server-setting',
	AlterEventTrigStmt: 'server-setting',
};

const readers: Readonly<Record<string, (node: Node) => readonly Power[]>> = {
	...Object.fromEntries(
		Object.entries(plainPowers).map(([tag, kind]) => [tag, (): readonly Power[] => [{kind, name: commandName(tag)}]]),
	),
	CopyStmt: copyPower,
	CreatePLangStmt: languagePower,
	DoStmt: languagePower,
	CreateFunctionStmt: languagePower,
	CreateExtensionStmt: extensionPower,
	CreateRoleStmt: rolePower,
	AlterRoleStmt: rolePower,
	GrantRoleStmt: rolePower,
	InsertStmt: catalogPower,
	UpdateStmt: catalogPower,
	DeleteStmt: catalogPower,
	MergeStmt: catalogPower,
	DropStmt: eventTriggerPower,
	RenameStmt: eventTriggerPower,
	AlterOwnerStmt: eventTriggerPower,
	SecLabelStmt: labelPower,
	DefineStmt: operatorPower,
};

/** EF's guards compare by `=`: one of the script's own, for the id's exact type, would be chosen before PostgreSQL's. */
function operatorPower(node: Node): readonly Power[] {
	const definition = fieldsOf(node, 'DefineStmt');
	const isEquality = definition?.kind === 'OBJECT_OPERATOR' && stringsOf(definition.defnames).at(-1) === '=';
	return isEquality ? [{kind: 'server-setting', name: 'CREATE OPERATOR ='}] : [];
}

/** `AlterSystemStmt` → `ALTER SYSTEM`. */
function commandName(tag: string): string {
	return tag
		.replace(/Stmt$/u, '')
		.replace(/EventTrig$/u, 'EventTrigger')
		.replaceAll(/(?<=[a-z])(?=[A-Z])/gu, ' ')
		.toUpperCase();
}

/** COPY with PROGRAM runs a shell on the server, with a file name it reads or writes one there. */
function copyPower(node: Node): readonly Power[] {
	const copy = fieldsOf(node, 'CopyStmt');
	if (copy?.filename === undefined) return [];
	const program = copy.is_program === true;
	return [{kind: program ? 'program' : 'server-file', name: program ? 'COPY PROGRAM' : 'COPY with a server file'}];
}

/** The languages that PostgreSQL itself trusts, and the two that are read here. */
const trustedLanguages: ReadonlySet<string> = new Set(['sql', 'plpgsql', 'plperl', 'pltcl', 'plv8']);

function languagePower(node: Node): readonly Power[] {
	const language = languageOf(node);
	return language === null || trustedLanguages.has(language) ? [] : [{kind: 'untrusted-language', name: language}];
}

/** Language of a DO block or routine, lower case; null for other nodes. A DO block's default is plpgsql. */
export function languageOf(node: Node): string | null {
	const handler = fieldsOf(node, 'CreatePLangStmt');
	if (handler !== null) return handler.plname ?? '';
	const block = fieldsOf(node, 'DoStmt');
	const options = block?.args ?? fieldsOf(node, 'CreateFunctionStmt')?.options;
	if (options === undefined) return null;
	const option = listOf(options, 'DefElem').find(({defname}) => defname === 'language');
	return (fieldsOf(option?.arg, 'String')?.sval ?? (block === null ? 'sql' : 'plpgsql')).toLowerCase();
}

/** Extensions that read files, open connections or run code outside the database; languages that end in u besides. */
const untrustedExtensions: ReadonlySet<string> = new Set([
	'adminpack',
	'aws_lambda',
	'aws_s3',
	'dblink',
	'file_fdw',
	'http',
	'jsonb_plperlu',
	'jsonb_plpython3u',
	'mysql_fdw',
	'oracle_fdw',
	'pg_net',
	'plperlu',
	'plpython2u',
	'plpython3u',
	'plpythonu',
	'plr',
	'plsh',
	'pltclu',
	'postgres_fdw',
	'tds_fdw',
]);

function extensionPower(node: Node): readonly Power[] {
	const name = fieldsOf(node, 'CreateExtensionStmt')?.extname?.toLowerCase();
	return name !== undefined && untrustedExtensions.has(name) ? [{kind: 'untrusted-extension', name}] : [];
}

/** PostgreSQL documentation, "CREATE ROLE": the attributes that step over permission checks. */
const roleAttributes: ReadonlySet<string> = new Set([
	'superuser',
	'createdb',
	'createrole',
	'isreplication',
	'bypassrls',
]);

function rolePower(node: Node): readonly Power[] {
	const role = fieldsOf(node, 'CreateRoleStmt') ?? fieldsOf(node, 'AlterRoleStmt');
	if (role !== null) {
		const granted = listOf(role.options, 'DefElem').find(({defname, arg}) => {
			return roleAttributes.has(defname ?? '') && fieldsOf(arg, 'Boolean')?.boolval !== false;
		});
		if (granted !== undefined) return [{kind: 'role-power', name: (granted.defname ?? '').toUpperCase()}];
		return [{kind: 'role-change', name: commandName(tagOf(node))}];
	}
	const grant = fieldsOf(node, 'GrantRoleStmt');
	return grant === null
		? []
		: listOf(grant.granted_roles, 'AccessPriv').map(({priv_name: name}) => grantPower(name ?? ''));
}

/** Predefined roles begin with pg_ (documentation, "Predefined Roles"); hosters name their almighty ones `…superuser`. */
function grantPower(name: string): Power {
	return {kind: /^pg_|superuser|^postgres$/u.test(name) ? 'role-power' : 'role-change', name};
}

function eventTriggerPower(node: Node): readonly Power[] {
	const type =
		fieldsOf(node, 'DropStmt')?.removeType ??
		fieldsOf(node, 'RenameStmt')?.renameType ??
		fieldsOf(node, 'AlterOwnerStmt')?.objectType;
	return type === 'OBJECT_EVENT_TRIGGER' ? [{kind: 'server-setting', name: commandTag(node)}] : [];
}

/** Labels of tables and columns are this database's own affair; those of roles and the like are the server's. */
function labelPower(node: Node): readonly Power[] {
	const type = fieldsOf(node, 'SecLabelStmt')?.objtype ?? '';
	const isShared = ['OBJECT_ROLE', 'OBJECT_DATABASE', 'OBJECT_TABLESPACE'].includes(type);
	return isShared ? [{kind: 'role-change', name: 'SECURITY LABEL'}] : [];
}

/** Writing the system's own tables is how a superuser makes another. */
function catalogPower(node: Node): readonly Power[] {
	const write = fieldsOf(node, 'InsertStmt') ?? fieldsOf(node, 'UpdateStmt') ?? fieldsOf(node, 'DeleteStmt');
	const range = write?.relation ?? fieldsOf(node, 'MergeStmt')?.relation;
	const name = range?.relname ?? '';
	const isCatalog = range?.schemaname === 'pg_catalog' || (range?.schemaname === undefined && name.startsWith('pg_'));
	return isCatalog && name !== 'pg_settings' ? [{kind: 'server-setting', name}] : [];
}
