/** A table as the script names it; schema null where it relies on the search path. */
export interface TableName {
	readonly schema: string | null;
	readonly name: string;
}
