import {readFileSync} from 'node:fs';

import {ConfigError} from './errors.ts';
import type {SecretSource} from './shape.ts';

export interface Resolver {
	/** The value, or a ConfigError that names what is missing and where it was asked for, never a value. */
	resolve(source: SecretSource, where: string): string;
	/** Every secret resolved so far, for masking. */
	resolved(): readonly string[];
}

/** Secrets stand in the environment or in files (as container platforms mount them), never in lockstep.yaml. */
export function createResolver(file: string, env: Readonly<Record<string, string | undefined>>): Resolver {
	const seen = new Set<string>();

	function read(source: SecretSource, where: string): string {
		if ('env' in source) {
			const value = env[source.env];
			if (value !== undefined && value !== '') return value;
			throw new ConfigError([`${file}: ${where}: the environment has no ${source.env}. Set it for this process.`]);
		}
		try {
			return readFileSync(source.file, 'utf8').trim();
		} catch (error) {
			throw new ConfigError([`${file}: ${where}: the file ${source.file} cannot be read by this process.`], {
				cause: error,
			});
		}
	}

	return {
		resolve: (source, where) => {
			const value = read(source, where);
			seen.add(value);
			return value;
		},
		resolved: () => [...seen],
	};
}
