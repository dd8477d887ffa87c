/**
 * `node scripts/bundle-review.mjs DIST`: makes one file of the 120 that `lockstep review` loads before it can begin, which
 * is a tenth of its whole time. What it loads only when asked for, formats and databases, stays as it is.
 */
import path from 'node:path';
import {build} from 'esbuild';

const [dist = 'dist'] = process.argv.slice(2);
const entry = path.join(dist, 'cli/review.js');

await build({
	entryPoints: [entry],
	outfile: entry,
	allowOverwrite: true,
	bundle: true,
	format: 'esm',
	platform: 'node',
	target: 'node20',
	packages: 'external',
	external: ['./review/*'],
	logLevel: 'warning',
});
