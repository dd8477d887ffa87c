/** A worker for tests to kill and to stop: applies the script it reads from standard input, beating all the while. */
import {text} from 'node:stream/consumers';
import type {TargetSettings} from '../../../src/adapters/target/connection.ts';
import {startApply} from '../../../src/adapters/target/apply.ts';
import type {ApplyRequest} from '../../../src/operations/ports/targets.ts';

export interface WorkerTask {
	readonly settings: TargetSettings;
	readonly toolFolder: string;
	readonly script: string;
	readonly request: Omit<ApplyRequest, 'bytes' | 'signal'>;
}

const task = JSON.parse(await text(process.stdin)) as WorkerTask;
const session = startApply(task.settings, [task.toolFolder], {
	...task.request,
	bytes: Buffer.from(task.script),
	signal: new AbortController().signal,
});
const beating = setInterval(() => session.beat(), task.request.leashMs / 5);
const outcome = await session.outcome;
clearInterval(beating);
process.stdout.write(JSON.stringify(outcome));
