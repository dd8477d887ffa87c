/** A statement on one line with its semicolon, to be shown inside a sentence. One with a line comment stays as it is. */
export function sqlText(text: string): string {
	const trimmed = text.trim().replace(/[\s;]+$/u, '');
	return `${trimmed.includes('--') ? trimmed : trimmed.replaceAll(/\s+/gu, ' ')};`;
}

/** `a`, `a and b`, `a, b and c`; from the sixth on they are only counted: `a, b, c, d, e and 3 more`. */
export function listText(items: readonly string[]): string {
	const shown =
		items.length > longestList ? [...items.slice(0, longestList), `${items.length - longestList} more`] : items;
	if (shown.length < 2) return shown.join('');
	return `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

const longestList = 5;
