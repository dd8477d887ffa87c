import {compileParserOnce} from '../src/adapters/sql/parser-compiler.ts';
import type {BenchOptions} from './options.ts';

/** `npm run bench -- NAME [--corpus FOLDER] [--megabytes N]`: measures, prints its tables, and last one line of JSON. */
const benches: Readonly<Record<string, () => Promise<(options: BenchOptions) => Promise<object>>>> = {
	review: async () => (await import('./review/review-bench.ts')).reviewBench,
	backup: async () => (await import('./backup/backup-bench.ts')).backupBench,
	pipeline: async () => (await import('./pipeline/pipeline-bench.ts')).pipelineBench,
	rehearsal: async () => (await import('./rehearsal/rehearsal-bench.ts')).rehearsalBench,
};

const [name = '', ...rest] = process.argv.slice(2);
const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (load === undefined) {
	process.stderr.write(`Usage: npm run bench -- ${Object.keys(benches).join('|')} [--corpus FOLDER] [--megabytes N]\n`);
	process.exitCode = 2;
} else {
	// As the bot's worker thread and the command do, before the parser is loaded.
	compileParserOnce();
	const bench = await load();
	const megabytes = optionOf('--megabytes');
	const result = await bench({corpus: optionOf('--corpus'), megabytes: megabytes === null ? null : Number(megabytes)});
	process.stdout.write(`${JSON.stringify({bench: name, ...result})}\n`);
}

function optionOf(option: string): string | null {
	const at = rest.indexOf(option);
	return at === -1 ? null : (rest[at + 1] ?? null);
}
