import path from 'node:path';

import {fileName} from './report.ts';

/**
 * The file as code hosts know it: relative to the checkout, with slashes. Below none of the folders it stays as given.
 *
 * @param folders The checkout's, if known, before the one that the command runs in.
 */
export function pathInCheckout(file: string, folders: readonly string[], workingFolder: string): string {
	if (file === '-') return fileName(file);
	const absolute = path.resolve(workingFolder, file);
	for (const folder of [...folders, workingFolder]) {
		const relative = path.relative(folder, absolute);
		const isInside = relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
		if (isInside) return relative.split(path.sep).join('/');
	}
	return file.split(path.sep).join('/');
}
