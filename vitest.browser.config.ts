import {defineConfig} from 'vitest/config';

/** Tests in a real browser: `npm run test:browser`, which finds or fetches Chromium and says where it is. */
export default defineConfig({
	test: {
		include: ['test/browser/**/*.test.ts'],
		globalSetup: ['test/support/global-setup.ts'],
		// Tabs are looked at after each test, leaks after the file's last one.
		setupFiles: ['test/support/before-each-file.ts', 'test/browser/support/watch-tabs.ts'],
		pool: 'forks',
		// A browser waits for its pages, and they for the local Slack: 119 s of processor time were 180 s of waiting.
		maxWorkers: 2,
		testTimeout: 120_000,
		hookTimeout: 120_000,
		teardownTimeout: 20_000,
	},
});
