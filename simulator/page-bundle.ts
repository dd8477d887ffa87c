import {createHash} from 'node:crypto';
import {statSync} from 'node:fs';
import {fileURLToPath} from 'node:url';
import {buildSync, stop} from 'esbuild';
import type {BuildFailure, BuildResult} from 'esbuild';

/** The page's program and its styles, or why they could not be built. */
export type PageBundle =
	| {readonly kind: 'built'; readonly script: PageFile; readonly style: PageFile}
	| {readonly kind: 'failed'; readonly reason: string};

/** A file that the browser gets; `tag` changes with its content (an ETag, quotes included). */
export type PageFile = {readonly content: Buffer; readonly tag: string};

type Kept = {readonly bundle: PageBundle; readonly sources: readonly string[]; readonly builtAt: number};

const pageFolder = fileURLToPath(new URL('./page', import.meta.url));

let kept: Kept | undefined;

/**
 * The page, built in memory: once for a whole process, and again when one of its sources has changed since. What
 * could not be built is tried again each time. Takes about 0.1 s, in which the process does nothing else.
 */
export function pageBundle(): PageBundle {
	if (kept === undefined || !isFresh(kept)) kept = build('import "./theme.css"; import "./main.tsx";');
	return kept.bundle;
}

/** The same for any program that stands in the page's folder; nothing is kept. */
export function bundleOf(program: string): PageBundle {
	return build(program).bundle;
}

/** A file as the browser gets it. */
export function pageFile(content: Buffer): PageFile {
	return {content, tag: `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`};
}

function build(program: string): Kept {
	const builtAt = Date.now();
	try {
		const result = buildSync({
			stdin: {contents: program, resolveDir: pageFolder, sourcefile: 'page.ts', loader: 'ts'},
			absWorkingDir: pageFolder,
			outfile: 'app.js',
			bundle: true,
			write: false,
			metafile: true,
			minify: true,
			format: 'esm',
			platform: 'browser',
			target: 'es2022',
			jsx: 'automatic',
			jsxImportSource: 'preact',
			// The page's tsconfig is for the type check alone.
			tsconfigRaw: {},
			logLevel: 'silent',
			legalComments: 'none',
		});
		const sources = Object.keys(result.metafile.inputs).filter((each) => each !== 'page.ts');
		return {bundle: bundleIn(result), sources, builtAt};
	} catch (error) {
		if (!isBuildFailure(error)) throw error;
		return {bundle: {kind: 'failed', reason: error.message}, sources: [], builtAt};
	} finally {
		// esbuild works in a process of its own, which would stay.
		void stop();
	}
}

function bundleIn({outputFiles = []}: BuildResult): PageBundle {
	const ending = (end: string): PageFile =>
		pageFile(Buffer.from(outputFiles.find((each) => each.path.endsWith(end))?.contents ?? []));
	return {kind: 'built', script: ending('.js'), style: ending('.css')};
}

function isFresh({bundle, sources, builtAt}: Kept): boolean {
	return bundle.kind === 'built' && sources.every((each) => changedAt(each) < builtAt);
}

/** Unix milliseconds; a file that is gone has just changed. */
function changedAt(source: string): number {
	return statSync(`${pageFolder}/${source}`, {throwIfNoEntry: false})?.mtimeMs ?? Infinity;
}

function isBuildFailure(error: unknown): error is BuildFailure {
	return error instanceof Error && 'errors' in error;
}
