import {compileParserOnce} from '../src/adapters/sql/parser-compiler.ts';
import type {BenchOptions} from './options.ts';

/** `npm run bench -- NAME [--corpus FOLDER]`: measures, prints its tables, and last one line of JSON. */
const benches: Readonly<Record<string, () => Promise<(options: BenchOptions) => Promise<object>>>> = {
	review: async () => (await import('./review/review-bench.ts')).reviewBench,
};

const [name = '', ...rest] = process.argv.slice(2);
const load = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (load === undefined) {
	process.stderr.write(`Usage: npm run bench -- ${Object.keys(benches).join('|')} [--corpus FOLDER]\n`);
	process.exitCode = 2;
} else {
	// As the bot's worker thread and the command do, before the parser is loaded.
	compileParserOnce();
	const bench = await load();
	const at = rest.indexOf('--corpus');
	const result = await bench({corpus: at === -1 ? null : (rest[at + 1] ?? null)});
	process.stdout.write(`${JSON.stringify({bench: name, ...result})}\n`);
}
