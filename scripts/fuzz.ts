/**
 * Feeds the review scripts that were made to break it, and runs on a throw-away PostgreSQL what it lets pass.
 *
 *   npm run fuzz -- --cases 20000 [--seed N] [--corpus FOLDER]
 *
 * The last line is a JSON object; the exit code is 1 where a script was found that the review does not stand up to.
 */
import {randomInt} from 'node:crypto';
import {parseArgs} from 'node:util';
import {fuzz, readCorpus, type FuzzCounts, type FuzzFailure} from '../test/fuzz/fuzz-run.ts';
import {openScratchServer, tellingSettings} from '../test/fuzz/scratch-server.ts';
import {startPostgres} from './local-servers.ts';

const {values} = parseArgs({
	options: {cases: {type: 'string', default: '20000'}, seed: {type: 'string'}, corpus: {type: 'string'}},
});

process.exitCode = await main();

async function main(): Promise<number> {
	const cases = Number(values.cases);
	const seed = values.seed === undefined ? randomInt(2 ** 31) : Number(values.seed);
	const corpus = values.corpus === undefined ? [] : await readCorpus(values.corpus);
	console.log(`seed ${seed}, ${cases} cases, ${corpus.length} scripts of a corpus`);
	const postgres = await startPostgres({settings: tellingSettings});
	try {
		const server = await openScratchServer(postgres, postgres.directory);
		const {counts, failure} = await fuzz({cases, seed, corpus, server, onProgress});
		await server.close();
		if (failure !== null) tell(failure);
		console.log(JSON.stringify({...counts, failures: failure === null ? 0 : 1, seed}));
		return failure === null ? 0 : 1;
	} finally {
		await postgres.stop();
	}
}

function onProgress({cases, executed, refused, blocked}: FuzzCounts): void {
	console.log(`${cases} cases: ${executed} executed, ${refused} refused, ${blocked} blocked`);
}

function tell({message, script, base64, applied, seed, path}: FuzzFailure): void {
	console.log(`\n${message}\n\n${script}\n\napplied: ${applied}\nas base64: ${base64}\nseed ${seed}, path ${path}\n`);
}
