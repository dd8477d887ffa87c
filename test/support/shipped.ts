import path from 'node:path';

import {type Stage, type StageOptions, startStage} from '../../scripts/stage/stage.ts';
import {ask} from './desk.ts';
import type {ProgramForTests} from './global-setup.ts';

/** The folder of the program as it is shipped, built once for the whole run. Nobody changes it. */
export async function shippedFolder(): Promise<string> {
	return (await ask<ProgramForTests>('program')).place;
}

/** Its `bin/lockstep`: starts in half the time that the checkout's takes, which reads the sources. */
export async function shippedProgram(): Promise<string> {
	return path.join(await shippedFolder(), 'bin/lockstep');
}

/** A stage whose roles run the program as it is shipped. */
export async function startShippedStage(options: StageOptions): Promise<Stage> {
	return await startStage({...options, program: await shippedProgram()});
}
