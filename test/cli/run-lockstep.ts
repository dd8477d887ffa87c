import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';

import {execa} from 'execa';
import {afterAll} from 'vitest';

import {shippedProgram} from '../support/shipped.ts';

export interface Ran {
	readonly code: number | undefined;
	readonly stdout: string;
	readonly stderr: string;
}

export interface HowToRun {
	readonly input?: Uint8Array;
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
	/** The program's file; the shipped one's where not given. */
	readonly program?: string;
}

/** Runs the command line as a person does, in an environment with nothing of Lockstep's or PostgreSQL's in it. */
export async function runLockstep(args: readonly string[], how: HowToRun = {}): Promise<Ran> {
	const {input, cwd, env = {}, program = await shippedProgram()} = how;
	const {PATH, TMPDIR} = process.env;
	const result = await execa(process.execPath, [program, ...args], {
		extendEnv: false,
		env: {PATH, TMPDIR, ...env},
		reject: false,
		stripFinalNewline: false,
		...(input === undefined ? {stdin: 'ignore'} : {input}),
		...(cwd === undefined ? {} : {cwd}),
	});
	return {code: result.exitCode, stdout: result.stdout, stderr: result.stderr};
}

/** A folder for this test file's scripts, gone when it ends. */
export async function scratchFolder(): Promise<string> {
	const folder = await mkdtemp(path.join(tmpdir(), 'review-'));
	afterAll(async () => await rm(folder, {recursive: true}));
	return folder;
}
