interface Row {
	readonly migrationId: string;
	readonly productVersion: string;
}

/** Rows as people read them: `20260301000000_Later (10.0.3)`. */
export function historyTexts(rows: readonly Row[]): readonly string[] {
	return rows.map(({migrationId, productVersion}) => `${migrationId} (${productVersion})`);
}

/** As many of each as the one list has more than the other: a history without a key may hold a row twice. */
export function without(list: readonly string[], taken: readonly string[]): readonly string[] {
	const left = [...taken];
	return list.filter((text) => {
		const index = left.indexOf(text);
		if (index >= 0) left.splice(index, 1);
		return index < 0;
	});
}
