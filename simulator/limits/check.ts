import {isObject} from '../json.ts';
import type {JsonObject} from '../json.ts';

/** What is wrong with a payload, and where: a JSON pointer such as `/blocks/0/text`. */
export type Problem = {readonly message: string; readonly pointer: string};

/** How much of a limit one value takes up: a text by its characters, a list by its items. */
export type Use = {
	readonly pointer: string;
	readonly of: 'characters' | 'items';
	readonly used: number;
	readonly limit: number;
};

/** Is told of every use of a limit that a check comes across. */
export type Sight = (use: Use) => void;

/** Looks at one value and returns what Slack would refuse in it. */
export type Check = (value: unknown, pointer: string, sight?: Sight) => readonly Problem[];

/** One problem, in a list. */
export function problem(message: string, pointer: string): readonly Problem[] {
	return [{message, pointer}];
}

/** A text of `least` to `most` characters. */
export function string({least = 0, most = Infinity} = {}): Check {
	return (value, pointer, sight) => {
		if (typeof value !== 'string') return problem('must provide a string', pointer);
		if (most < Infinity) sight?.({pointer, of: 'characters', used: value.length, limit: most});
		if (value.length < least) return problem(`must be more than ${least - 1} characters`, pointer);
		if (value.length > most) return problem(`must be less than ${most + 1} characters`, pointer);
		return [];
	};
}

/** A text that matches, such as a date. */
export function pattern(shape: RegExp, name: string): Check {
	return (value, pointer) =>
		typeof value === 'string' && shape.test(value) ? [] : problem(`must be a valid ${name}`, pointer);
}

/** One of these texts. */
export function oneOf(...values: readonly string[]): Check {
	return (value, pointer) =>
		typeof value === 'string' && values.includes(value) ? [] : problem('must be a valid enum value', pointer);
}

/** True or false. */
export function boolean(value: unknown, pointer: string): readonly Problem[] {
	return typeof value === 'boolean' ? [] : problem('must provide a boolean', pointer);
}

/** A whole number between the bounds. */
export function integer({least = -Infinity, most = Infinity} = {}): Check {
	return (value, pointer) => {
		if (!Number.isInteger(value)) return problem('must provide an integer', pointer);
		if (Number(value) < least) return problem(`must be greater than ${least - 1}`, pointer);
		if (Number(value) > most) return problem(`must be less than ${most + 1}`, pointer);
		return [];
	};
}

/** A list of `least` to `most` items, each of which passes. */
export function list(item: Check, {least = 1, most = Infinity} = {}): Check {
	return (value, pointer, sight) => {
		if (!Array.isArray(value)) return problem('must provide an array', pointer);
		if (most < Infinity) sight?.({pointer, of: 'items', used: value.length, limit: most});
		if (value.length < least) return problem(`no less than ${least} items allowed`, pointer);
		if (value.length > most) return problem(`no more than ${most} items allowed`, pointer);
		return value.flatMap((each: unknown, index) => item(each, `${pointer}/${index}`, sight));
	};
}

type Fields = Readonly<Record<string, Check>>;

/** An object with these fields and no others. */
export function object(required: Fields, optional: Fields = {}): Check {
	return (value, pointer, sight) => {
		if (!isObject(value)) return problem('must provide an object', pointer);
		return [
			...missingFields(value, required, pointer),
			...unknownFields(value, {...required, ...optional}, pointer),
			...Object.entries({...required, ...optional}).flatMap(([name, check]) =>
				value[name] === undefined ? [] : check(value[name], `${pointer}/${name}`, sight),
			),
		];
	};
}

/** An object whose `type` picks the check; another type is unsupported here. */
export function byType(checks: Fields): Check {
	return (value, pointer, sight) => {
		if (!isObject(value)) return problem('must provide an object', pointer);
		const {type} = value as {readonly type?: unknown};
		if (type === undefined) return problem('missing required field: type', pointer);
		const check = typeof type === 'string' && Object.hasOwn(checks, type) ? checks[type] : undefined;
		if (check === undefined) return unsupported(type, pointer);
		return check(value, pointer, sight);
	};
}

function unsupported(type: unknown, pointer: string): readonly Problem[] {
	const name = typeof type === 'string' ? type : JSON.stringify(type);
	return problem(`unsupported type: ${name}`, `${pointer}/type`);
}

/** Passes where every one of the checks does. */
export function all(...checks: readonly Check[]): Check {
	return (value, pointer, sight) => checks.flatMap((check) => check(value, pointer, sight));
}

/** A rule over an object that no single field shows. */
export function rule(breach: (value: JsonObject) => string | undefined): Check {
	return (value, pointer) => {
		const message = isObject(value) ? breach(value) : undefined;
		return message === undefined ? [] : problem(message, pointer);
	};
}

/** Anything at all: what the simulator does not look into. */
export function anything(): readonly Problem[] {
	return [];
}

function missingFields(value: JsonObject, required: Fields, pointer: string): readonly Problem[] {
	return Object.keys(required)
		.filter((name) => value[name] === undefined || value[name] === null)
		.flatMap((name) => problem(`missing required field: ${name}`, pointer));
}

function unknownFields(value: JsonObject, known: Fields, pointer: string): readonly Problem[] {
	return Object.keys(value)
		.filter((name) => name !== 'type' && !Object.hasOwn(known, name))
		.flatMap((name) => problem(`invalid additional property: ${name}`, pointer));
}

/** Problems as Slack lists them in an answer: plainly, and in response_metadata. */
export function problemsOnTheWire(problems: readonly Problem[]): JsonObject {
	const texts = problems.map((each) => `${each.message} [json-pointer:${each.pointer}]`);
	return {
		errors: texts,
		response_metadata: {messages: texts.map((each) => `[ERROR] ${each}`)},
	};
}
