import {readdir, readFile} from 'node:fs/promises';
import {join, relative} from 'node:path';
import {createScriptReader} from '../src/adapters/sql/reader.ts';
import type {Review} from '../src/domain/review/review.ts';
import {reviewScript} from '../src/domain/review/review.ts';
import type {ScriptReader} from '../src/operations/ports/script-reader.ts';

/** Reads every .sql file below a folder as for an empty target and prints a line per file: `tsx scripts/read-scripts.ts FOLDER`. */
async function readScripts(folder: string): Promise<void> {
	const reader = createScriptReader();
	try {
		const entries = await readdir(folder, {recursive: true, withFileTypes: true});
		const paths = entries
			.filter((entry) => entry.isFile() && entry.name.endsWith('.sql'))
			.map((entry) => join(entry.parentPath, entry.name));
		for (const path of paths.toSorted()) console.log(`${relative(folder, path)}: ${await verdict(reader, path)}`);
	} finally {
		await reader.close();
	}
}

async function verdict(reader: ScriptReader, path: string): Promise<string> {
	const bytes = await readFile(path);
	const started = performance.now();
	const read = await reader.read(bytes);
	if (read.kind === 'refusal') return `refused, ${read.code}: ${read.sentence}`;
	const {script, frame} = read;
	const review = reviewScript({script, frame, appliedIds: [], facts: [], largeTableRows: 1_000_000});
	const took = Math.round(performance.now() - started);
	const migrations = frame.migrations.length === 1 ? '1 migration' : `${frame.migrations.length} migrations`;
	return `accepted, ${migrations} ${frame.direction}, transactions ${frame.transactions}, ${findingsText(review)} (${took} ms)`;
}

function findingsText({findings}: Review): string {
	if (findings.length === 0) return 'no finding';
	const counts = new Map<string, number>();
	for (const {severity, rule} of findings) {
		const key = `${severity} ${rule}`;
		counts.set(key, (counts.get(key) ?? 0) + 1);
	}
	return [...counts].map(([key, count]) => `${count} × ${key}`).join(', ');
}

const [folder] = process.argv.slice(2);
if (folder === undefined) {
	console.error('Usage: tsx scripts/read-scripts.ts FOLDER');
	process.exitCode = 2;
} else {
	await readScripts(folder);
}
