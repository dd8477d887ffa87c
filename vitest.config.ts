import {configDefaults, defineConfig} from 'vitest/config';
import {LongestFirst} from './test/support/longest-first.ts';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		// They need Chromium: vitest.browser.config.ts.
		exclude: [...configDefaults.exclude, 'test/browser/**'],
		globalSetup: ['test/support/global-setup.ts'],
		setupFiles: ['test/support/before-each-file.ts'],
		// In processes, so that what a file leaves running is seen; each takes one file after the other and keeps the modules
		// that it has loaded, which would be a third of the whole time if each file loaded its own.
		pool: 'forks',
		isolate: false,
		// Some wait for leases and for psql most of their time.
		maxWorkers: 4,
		sequence: {sequencer: LongestFirst},
		testTimeout: 120_000,
		hookTimeout: 120_000,
		teardownTimeout: 20_000,
	},
});
