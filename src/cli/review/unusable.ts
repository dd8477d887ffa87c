/** The file, the command line or the database cannot be used: exit code 2, and a sentence that says what to do. */
export interface Unusable {
	readonly kind: 'unusable';
	readonly sentence: string;
}

export function unusable(sentence: string): Unusable {
	return {kind: 'unusable', sentence};
}

export function isUnusable(value: object): value is Unusable {
	return 'kind' in value && value.kind === 'unusable';
}
