/** What an application does with tables. */
const tablePrivileges = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'] as const;

type Privilege = (typeof tablePrivileges)[number] | 'USAGE';

/** A schema, table, view or sequence of the target's, and what each of the application's roles may do with it. */
export interface SurveyedObject {
	readonly kind: 'schema' | 'table' | 'view' | 'sequence';
	/** Tells a table that was made anew from the one that had its name. */
	readonly oid: number;
	/** Of a schema its own name. */
	readonly schema: string;
	/** As SQL names it: quoted where it must be, with its schema. */
	readonly text: string;
	/** In the order of the survey's roles. */
	readonly access: readonly (readonly Privilege[])[];
}

/** What a run is measured by beside tables, indexes and history: read right before apply and again after it. */
export interface SurveyLook {
	/** The configured roles that the server has; `text` as SQL names it. */
	readonly roles: readonly {readonly name: string; readonly text: string}[];
	readonly objects: readonly SurveyedObject[];
	/** Constraints that are not valid for the rows from before them. */
	readonly notValid: readonly UnvalidatedConstraint[];
}

export interface Survey extends SurveyLook {
	/** Sequences behind their columns, as SQL names them. */
	readonly behind: readonly string[];
}

export interface UnvalidatedConstraint {
	/** As SQL names them. */
	readonly name: string;
	readonly table: string;
}

/** A sequence whose next value is not above what its column holds already: the next insert fails, or doubles a value. */
export interface SequenceBehind {
	/** As SQL names them. */
	readonly sequence: string;
	readonly column: string;
	/** Decimal text. */
	readonly next: string;
	readonly greatest: string;
	/** The statement that mends it. */
	readonly remedy: string;
}

/**
 * What the application's roles lack on what came since: each as a sentence with the GRANT that mends it.
 *
 * A table is new when its oid is. What had its name before tells what is expected, for dropping and creating a table
 * again loses its grants. Else its siblings tell: of the tables of its schema with which the role may do anything, those
 * before the run, more than half must give a privilege; where the schema had none, of all tables. So a single odd
 * sibling, read-only or never granted at all, changes nothing. A view is only read; a sequence is drawn from by whom
 * inserts; a schema is used by whom uses any table.
 */
export function missingGrants(before: SurveyLook, after: SurveyLook): readonly string[] {
	const known = new Set(before.objects.map(keyOf));
	const added = after.objects.filter((object) => !known.has(keyOf(object)));
	return after.roles.flatMap((role, place) => {
		const placeBefore = before.roles.findIndex(({name}) => name === role.name);
		return added.flatMap((object) => {
			const has = object.access[place] ?? [];
			const lacks = expectedOf(object, before.objects, placeBefore).filter((privilege) => !has.includes(privilege));
			if (lacks.length === 0) return [];
			const what = lacks.join(', ');
			return [`${role.name} lacks ${what} on the new ${object.kind} ${object.text}: ${grant(what, object, role.text)}`];
		});
	});
}

/** Catalogs count their oids each for itself. */
function keyOf({kind, oid}: SurveyedObject): string {
	return `${kind === 'schema' ? 'schema' : 'relation'} ${oid}`;
}

function grant(privileges: string, {kind, text}: SurveyedObject, role: string): string {
	const what = kind === 'schema' ? 'SCHEMA ' : kind === 'sequence' ? 'SEQUENCE ' : '';
	return `GRANT ${privileges} ON ${what}${text} TO ${role};`;
}

function expectedOf(object: SurveyedObject, before: readonly SurveyedObject[], role: number): readonly Privilege[] {
	const predecessor = before.find(({kind, text}) => kind === object.kind && text === object.text);
	if (predecessor !== undefined) return predecessor.access[role] ?? [];
	const usual = usualPrivileges(object.schema, before, role);
	switch (object.kind) {
		case 'table':
			return usual;
		case 'view':
			return usual.filter((privilege) => privilege === 'SELECT');
		case 'sequence':
			return usual.includes('INSERT') ? ['USAGE'] : [];
		case 'schema':
			return usual.length > 0 ? ['USAGE'] : [];
	}
}

function usualPrivileges(schema: string, before: readonly SurveyedObject[], role: number): readonly Privilege[] {
	const tables = before.filter(({kind}) => kind === 'table');
	const ofSchema = tables.filter((table) => table.schema === schema);
	const siblings = (ofSchema.length === 0 ? tables : ofSchema)
		.map(({access}) => access[role] ?? [])
		.filter((privileges) => privileges.length > 0);
	return tablePrivileges.filter(
		(privilege) => siblings.filter((given) => given.includes(privilege)).length * 2 > siblings.length,
	);
}

/** Constraints that came, or became so, since. */
export function newlyUnvalidated(before: SurveyLook, after: SurveyLook): readonly UnvalidatedConstraint[] {
	const known = new Set(before.notValid.map(({name, table}) => `${table} ${name}`));
	return after.notValid.filter(({name, table}) => !known.has(`${table} ${name}`));
}
