import {type DestinationStream, type Logger, pino} from 'pino';
import type {MaskSecrets} from './secret-masking.ts';

export type Log = Logger;

export interface LogSettings {
	readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';
	readonly mask: MaskSecrets;
	/** Where the lines go; standard output where not given. */
	readonly destination?: DestinationStream;
}

/**
 * JSON lines. pino's own redaction knows paths, not texts, and error messages carry connection strings: so errors are
 * spelled out here, and every finished line passes the mask once more.
 */
export function createLog(settings: LogSettings): Log {
	const {level, mask, destination} = settings;
	const options = {
		level,
		base: null,
		timestamp: pino.stdTimeFunctions.isoTime,
		formatters: {level: (label: string) => ({level: label})},
		serializers: {err: (error: unknown) => describeError(error), error: (error: unknown) => describeError(error)},
		hooks: {streamWrite: mask},
	};
	return destination === undefined ? pino(options) : pino(options, destination);
}

interface DescribedError {
	readonly type: string;
	readonly message: string;
	readonly code?: string;
	readonly stack?: string;
	readonly cause?: DescribedError;
}

/** Causes nest; this many are enough to understand one. */
const deepestCause = 4;

/** Only what is known to be readable: foreign errors drag clients, options and passwords along as properties. */
function describeError(error: unknown, depth = 0): DescribedError {
	if (!(error instanceof Error)) return {type: typeof error, message: String(error)};
	const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
	const cause = error.cause === undefined || depth === deepestCause ? undefined : describeError(error.cause, depth + 1);
	return {
		type: error.name,
		message: error.message,
		...(code === undefined ? {} : {code}),
		...(error.stack === undefined ? {} : {stack: error.stack}),
		...(cause === undefined ? {} : {cause}),
	};
}
