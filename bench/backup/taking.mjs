// Takes one backup with the built Lockstep, and tells how long it took and the process's highest memory.
import {text} from 'node:stream/consumers';

const {module, target, toolFolder, directory} = JSON.parse(await text(process.stdin));
const {createBackups} = await import(module);
const backups = createBackups({targets: [target], toolFolders: [toolFolder]});
const started = performance.now();
const taken = await backups.take({
	target: target.name,
	requestNumber: 1,
	directory,
	keepDays: 7,
	signal: new AbortController().signal,
});
const ms = performance.now() - started;
const told = {ms, path: taken.path, bytes: taken.bytes, rows: taken.rows, peak: process.resourceUsage().maxRSS / 1024};
process.stdout.write(JSON.stringify(told));
