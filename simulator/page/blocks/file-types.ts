import type {Json} from '../surface.ts';

/** The types a file_input takes, without dots; empty: all. */
export function typesOf(element: Json): readonly string[] {
	const types = element['filetypes'];
	return Array.isArray(types) ? types.map((each) => String(each).toLowerCase().replace(/^\./, '')) : [];
}

/** Why a file cannot go in, as a sentence; undefined when it can. */
export function refusal(element: Json, name: string, already: number): string | undefined {
	const types = typesOf(element);
	const most = mostFiles(element);
	if (already >= most) return `At most ${most} ${most === 1 ? 'file fits' : 'files fit'} here.`;
	const extension = name.split('.').at(-1)?.toLowerCase() ?? '';
	if (types.length === 0 || types.includes(extension)) return undefined;
	return `${name} is not one of ${types.map((each) => `.${each}`).join(', ')}.`;
}

/** 10 where nothing is said (Slack: file input, max_files). */
export function mostFiles(element: Json): number {
	const most = element['max_files'];
	return typeof most === 'number' ? most : 10;
}

/** A size as a person reads it. */
export function sizeOf(bytes: number): string {
	if (bytes < 1024) return `${bytes} B`;
	if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)} KB`;
	return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
