import {readFile} from 'node:fs/promises';
import path from 'node:path';

import {LineCounter, parseDocument} from 'yaml';
import type {z} from 'zod';

import {ConfigError, describeIssues} from './config/errors.ts';
import {createResolver} from './config/secrets.ts';
import {LockstepYaml} from './config/shape.ts';
import {type Configuration, toConfiguration} from './config/settings.ts';

export type {Configuration} from './config/settings.ts';
export {ConfigError} from './config/errors.ts';

/**
 * Reads lockstep.yaml and the environment that it names. Throws one ConfigError with every fault, each with its line and
 * what to do. Secrets of targets are resolved by `targetLogins()`, which only a worker calls, and by `applyLogin()`.
 */
export async function loadConfig(
	file: string,
	env: Readonly<Record<string, string | undefined>>,
): Promise<Configuration> {
	const text = await readFile(file, 'utf8').catch((error: unknown) => {
		throw new ConfigError([`${file} cannot be read. Copy lockstep.example.yaml, or name another file with --config.`], {
			cause: error,
		});
	});
	const lines = new LineCounter();
	const document = parseDocument(text, {lineCounter: lines});
	if (document.errors.length > 0) {
		throw new ConfigError(
			document.errors.map(
				(error) => `${file}:${error.linePos?.[0].line ?? 1}: ${error.message.split('\n')[0] ?? 'not YAML'}`,
			),
		);
	}
	const parsed: z.ZodSafeParseResult<LockstepYaml> = LockstepYaml.safeParse(document.toJS() ?? {});
	if (!parsed.success) throw new ConfigError(describeIssues(file, parsed.error, document, lines));
	return toConfiguration(parsed.data, createResolver(file, env), path.dirname(path.resolve(file)));
}
