import {configDefaults, defineConfig} from 'vitest/config';

export default defineConfig({
	test: {
		include: ['test/**/*.test.ts'],
		// They need Chromium: vitest.browser.config.ts.
		exclude: [...configDefaults.exclude, 'test/browser/**'],
		globalSetup: ['test/support/global-setup.ts'],
		setupFiles: ['test/support/leaks.ts'],
		// A process per file, so that what a file leaves running is seen and laid at its door.
		pool: 'forks',
		maxWorkers: 3,
		testTimeout: 60_000,
		hookTimeout: 60_000,
		teardownTimeout: 20_000,
	},
});
