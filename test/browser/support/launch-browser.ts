import {mkdtemp, rm} from 'node:fs/promises';
import path from 'node:path';

import {type Browser, chromium} from 'playwright-core';

/** Chromium's own talk with its maker must not be mistaken for the page's, and nothing may leave this machine. */
const quiet = [
	// As root there is no sandbox; the pages are our own.
	'--no-sandbox',
	// A container's /dev/shm may be too small for a tab.
	'--disable-dev-shm-usage',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-domain-reliability',
	'--disable-sync',
	'--no-first-run',
	'--no-pings',
	'--no-proxy-server',
	'--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
	// The same pixels on every machine.
	'--force-color-profile=srgb',
	'--font-render-hinting=none',
];

/** A running Chromium, and how to end it with all that it has on disk. */
export interface LaunchedBrowser {
	readonly browser: Browser;
	readonly end: () => Promise<void>;
}

/** Starts a headless Chromium. Throws when LOCKSTEP_CHROMIUM, which scripts/setup.mjs sets, is missing or does not start. */
export async function launchBrowser(): Promise<LaunchedBrowser> {
	const executablePath = process.env['LOCKSTEP_CHROMIUM'];
	if (executablePath === undefined || executablePath === '') {
		throw new Error('LOCKSTEP_CHROMIUM is not set: run browser tests with node scripts/setup.mjs browser');
	}
	// Chromium puts a socket into it, and the path of a socket has at most 107 bytes (man 7 unix): a test file's own
	// temporary directory is too deep.
	const directory = await mkdtemp(path.join(process.env['LOCKSTEP_RUN_DIRECTORY'] ?? '/tmp', 'b-'));
	const browser = await chromium.launch({
		executablePath,
		args: quiet,
		env: {...process.env, TMPDIR: directory},
		artifactsDir: directory,
	});
	return {
		browser,
		async end() {
			await browser.close();
			await rm(directory, {recursive: true, force: true, maxRetries: 20, retryDelay: 50});
		},
	};
}
