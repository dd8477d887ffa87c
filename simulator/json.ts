/** A decoded JSON object whose fields nobody has vouched for yet. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** True for a JSON object: neither null nor a list. */
export function isObject(value: unknown): value is JsonObject {
	return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The field as text, or undefined when it is absent or something else. */
export function textField(value: unknown, name: string): string | undefined {
	const field = isObject(value) ? value[name] : undefined;
	return typeof field === 'string' ? field : undefined;
}

/** The field as an object, or undefined. */
export function objectField(value: unknown, name: string): JsonObject | undefined {
	const field = isObject(value) ? value[name] : undefined;
	return isObject(field) ? field : undefined;
}

/** The field as a list of objects; an absent field is an empty list, anything else in it is left out. */
export function objectsField(value: unknown, name: string): readonly JsonObject[] {
	const field = isObject(value) ? value[name] : undefined;
	return Array.isArray(field) ? field.filter(isObject) : [];
}

/** The text with its JSON decoded, or undefined when it is not JSON. */
export function decodeJson(text: string): unknown {
	try {
		return JSON.parse(text) as unknown;
	} catch {
		return undefined;
	}
}
