import {decodeJson, isObject} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {SlackError} from './slack-error.ts';

/** The arguments of a call, from a JSON body, a form or the query; forms carry text alone. */
export type Arguments = JsonObject;

/** The argument as text, or undefined; numbers count as text, as in a form. */
export function textArgument(given: Arguments, name: string): string | undefined {
	const value = given[name];
	if (typeof value === 'string') return value;
	return typeof value === 'number' ? String(value) : undefined;
}

/** The argument as text; throws `invalid_arguments` naming the field when it is missing. */
export function requiredText(given: Arguments, name: string): string {
	const value = textArgument(given, name);
	if (value === undefined || value === '') throw missingArgument(name);
	return value;
}

/** The argument as a yes or no; `true` and `1` are a yes. */
export function flagArgument(given: Arguments, name: string): boolean {
	return ['true', '1'].includes(String(given[name]));
}

/** The argument as a whole number between the bounds, or the fallback. */
export function wholeArgument(
	given: Arguments,
	name: string,
	{fallback, most}: {readonly fallback: number; readonly most: number},
): number {
	const value = Number(textArgument(given, name));
	if (!Number.isInteger(value) || value < 1) return fallback;
	return Math.min(value, most);
}

/** The argument decoded from JSON where a form carries it as text; undefined when absent or broken. */
export function jsonArgument(given: Arguments, name: string): unknown {
	const value = given[name];
	return typeof value === 'string' ? decodeJson(value) : value;
}

/** A list of objects; throws the code when something else was given. */
export function objectsArgument(given: Arguments, name: string, code: string): readonly JsonObject[] | undefined {
	if (given[name] === undefined || given[name] === '') return undefined;
	const value = jsonArgument(given, name);
	if (!Array.isArray(value) || !value.every(isObject)) throw new SlackError(code);
	return value;
}

/** Several ids in one argument, separated by commas or as a list. */
export function idsArgument(given: Arguments, name: string): readonly string[] {
	const value = given[name];
	if (Array.isArray(value)) return value.map(String);
	const decoded = typeof value === 'string' && value.startsWith('[') ? decodeJson(value) : undefined;
	if (Array.isArray(decoded)) return decoded.map(String);
	return (textArgument(given, name) ?? '')
		.split(',')
		.map((each) => each.trim())
		.filter((each) => each !== '');
}

function missingArgument(name: string): SlackError {
	return new SlackError('invalid_arguments', {
		response_metadata: {messages: [`[ERROR] missing required field: ${name}`]},
	});
}
