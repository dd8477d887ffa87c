import type {CatalogObject} from '../../src/domain/catalog-object.ts';

/** An object as a look at a database lists it. */
export function listed(
	kind: string,
	identity: string,
	key: string,
	parent: string | null = null,
	definition = '',
	uses: readonly string[] = [],
): CatalogObject {
	return {kind, identity, name: identity.split('.').at(-1) ?? '', key, parent, uses, definition};
}

/** The same in another database, whose keys are others. */
export function elsewhere(objects: readonly CatalogObject[]): readonly CatalogObject[] {
	return objects.map((object) => ({
		...object,
		key: `9${object.key}`,
		parent: object.parent === null ? null : `9${object.parent}`,
		uses: object.uses.map((key) => `9${key}`),
	}));
}
