import type {Browser} from 'playwright-core';

import {atEndOfFile} from '../../support/leaks.ts';
import {launchBrowser} from './launch-browser.ts';

/** Starts a headless Chromium for this test file; it ends at the end of the file. Throws as `launchBrowser` does. */
export async function openBrowser(): Promise<Browser> {
	const {browser, end} = await launchBrowser();
	atEndOfFile(end);
	return browser;
}
