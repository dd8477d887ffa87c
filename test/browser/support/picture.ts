import {mkdir} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';

import type {Locator, Page} from 'playwright-core';

const folder = fileURLToPath(new URL('../../../docs/pictures', import.meta.url));

/**
 * Writes docs/pictures/<name>.png for the documentation, of a page's window or of one element, one pixel for each CSS
 * pixel. Does nothing unless LOCKSTEP_PICTURES is 1: a test run must not change the checkout.
 */
export async function takePicture(subject: Page | Locator, name: string): Promise<void> {
	if (process.env['LOCKSTEP_PICTURES'] !== '1') return;
	await mkdir(folder, {recursive: true});
	await subject.screenshot({
		path: path.join(folder, `${name}.png`),
		animations: 'disabled',
		caret: 'hide',
		scale: 'css',
	});
}
