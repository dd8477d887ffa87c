/**
 * A schema as a canonical list: one entry for each thing that has a definition of its own. A table's columns,
 * constraints, indexes, triggers, policies, grants and comments are entries beside it.
 */
export interface CatalogObject {
	/** `table`, `column`, `constraint`, `index`, `grant` … */
	readonly kind: string;
	/** With schema and parents, quoted as SQL would write it: `shop.orders.total`. Unique within its kind. */
	readonly identity: string;
	/** Its own name, without schema and parents. */
	readonly name: string;
	/** Tells a renamed object from one dropped and another created; means nothing in another database. */
	readonly key: string;
	/** The key of what it stands or falls with; null where it stands alone. */
	readonly parent: string | null;
	/**
	 * Keys of what it would break without, beyond its parent: the tables of a view, the table that a foreign key points to,
	 * a partition's table, a trigger's function; of an inherited column, index, constraint or trigger the one that it was
	 * inherited from. What stands in the text of a function's body is not known.
	 */
	readonly uses: readonly string[];
	/** Identical text, identical object. */
	readonly definition: string;
}

/** Objects of one look at a database, by their keys. */
type ObjectsByKey = ReadonlyMap<string, CatalogObject>;

export function objectsByKey(objects: readonly CatalogObject[]): ObjectsByKey {
	return new Map(objects.map((object) => [object.key, object]));
}

/** Of a partition, an inheriting table or a part of one: the table at their top; else null. */
export function rootOf(object: CatalogObject, objects: ObjectsByKey): CatalogObject | null {
	const table = tableOf(object, objects);
	if (table === null) return null;
	const passed = new Set([table]);
	let top = table;
	for (let next = parentTable(top, objects); next !== null && !passed.has(next); next = parentTable(top, objects)) {
		passed.add(next);
		top = next;
	}
	return top === table ? null : top;
}

/** What it was inherited from: the column, index, constraint or trigger of its table's own parent; else null. */
export function ancestorOf(object: CatalogObject | null, objects: ObjectsByKey): CatalogObject | null {
	const table = object?.parent === null ? undefined : objects.get(object?.parent ?? '');
	if (object === null || table === undefined || !isTable(table)) return null;
	for (const key of object.uses) {
		const other = objects.get(key);
		if (other?.kind === object.kind && other.parent !== null && table.uses.includes(other.parent)) return other;
	}
	return null;
}

/** The table that it is or belongs to, or null. */
function tableOf(object: CatalogObject, objects: ObjectsByKey): CatalogObject | null {
	const passed = new Set<CatalogObject>();
	let at: CatalogObject | undefined = object;
	while (at !== undefined && !isTable(at) && !passed.has(at)) {
		passed.add(at);
		at = at.parent === null ? undefined : objects.get(at.parent);
	}
	return at !== undefined && isTable(at) ? at : null;
}

/** A table uses another only as its partition or child. */
function parentTable(table: CatalogObject, objects: ObjectsByKey): CatalogObject | null {
	for (const key of table.uses) {
		const other = objects.get(key);
		if (other !== undefined && isTable(other)) return other;
	}
	return null;
}

function isTable({kind}: CatalogObject): boolean {
	return kind === 'table' || kind === 'foreign table';
}

/** Of these objects and of all that belongs to them or would break without them, however far: their keys. */
export function withDependents(keys: Iterable<string>, objects: readonly CatalogObject[]): ReadonlySet<string> {
	const dependents = new Map<string, string[]>();
	for (const {key, parent, uses} of objects) {
		for (const used of parent === null ? uses : [parent, ...uses]) {
			const known = dependents.get(used);
			if (known === undefined) dependents.set(used, [key]);
			else known.push(key);
		}
	}
	const found = new Set(keys);
	// A set is walked in the order of its making, so what is added on the way is walked, too.
	for (const key of found) for (const dependent of dependents.get(key) ?? []) found.add(dependent);
	return found;
}
