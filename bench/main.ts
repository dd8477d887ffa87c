import type {BenchOptions} from './options.ts';
import {reviewBench} from './review/review-bench.ts';

/** `npm run bench -- NAME [--corpus FOLDER]`: measures, prints its tables, and last one line of JSON. */
const benches: Readonly<Record<string, (options: BenchOptions) => Promise<object>>> = {review: reviewBench};

const [name = '', ...rest] = process.argv.slice(2);
const bench = Object.hasOwn(benches, name) ? benches[name] : undefined;
if (bench === undefined) {
	process.stderr.write(`Usage: npm run bench -- ${Object.keys(benches).join('|')} [--corpus FOLDER]\n`);
	process.exitCode = 2;
} else {
	const at = rest.indexOf('--corpus');
	const result = await bench({corpus: at === -1 ? null : (rest[at + 1] ?? null)});
	process.stdout.write(`${JSON.stringify({bench: name, ...result})}\n`);
}
