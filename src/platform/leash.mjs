/**
 * The leash: starts one program and lets it live only as long as its owner says so.
 *
 * The owner writes deadlines to this process's standard input, one a line, in milliseconds of the monotonic clock. When
 * the last one has passed, or the input ends, or a signal comes, the program is killed. A worker that was killed closes
 * the input; a worker that was stopped writes no deadline: in both cases nothing more is done in its name.
 *
 * Plain JavaScript on Node's built-ins, so that it starts in a few milliseconds from a checkout and from a build alike.
 * Use: node leash.mjs <first deadline> <number of files from 3 on that are the program's> <program> [arguments]
 * It ends as the program ended; 124 when the deadline passed, 125 when the owner went away, 127 when nothing could start.
 */
import {spawn} from 'node:child_process';

const [firstDeadline, files, program, ...programArguments] = process.argv.slice(2);
let deadline = Number(firstDeadline);
let timer;
let endedBecause = null;

// The program talks straight to the owner; only the standard input is the leash's own.
const filesOfProgram = Array.from({length: Number(files)}, (_, index) => index + 3);
const child = spawn(program, programArguments, {stdio: ['ignore', 'inherit', 'inherit', ...filesOfProgram]});

child.on('error', (error) => {
	process.stderr.write(`leash: ${program} could not be started: ${error.message}\n`);
	process.exit(127);
});
child.on('exit', (code, signal) => {
	if (endedBecause !== null) process.exit(endedBecause);
	if (signal === null) process.exit(code ?? 1);
	for (const handled of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.removeAllListeners(handled);
	process.kill(process.pid, signal);
});

function end(code) {
	endedBecause ??= code;
	child.kill('SIGKILL');
}

function watch() {
	clearTimeout(timer);
	const left = deadline - Number(process.hrtime.bigint() / 1_000_000n);
	if (left <= 0) end(124);
	else timer = setTimeout(watch, Math.min(left, 60_000));
}

let unread = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
	const lines = (unread + text).split('\n');
	unread = lines.pop();
	const told = Number(lines.at(-1));
	if (lines.length > 0 && Number.isFinite(told)) deadline = told;
	watch();
});
process.stdin.on('end', () => end(125));
process.stdin.on('error', () => end(125));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => end(125));
watch();
