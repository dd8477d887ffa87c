import type {CheckedGalleryEntry} from '../../local/desktop.ts';

/** Entries that show one view, short, long and hostile. */
type Group = {readonly title: string; readonly entries: readonly CheckedGalleryEntry[]};

const order = {short: 0, long: 1, hostile: 2} as const;

/** Entries by their title, in the order in which titles first come, each group from short to hostile. */
export function groupsOf(entries: readonly CheckedGalleryEntry[]): readonly Group[] {
	const titles = [...new Set(entries.map(({title}) => title))];
	return titles.map((title) => ({
		title,
		entries: entries
			.filter((each) => each.title === title)
			.toSorted((one, other) => order[one.variant] - order[other.variant]),
	}));
}

/** The entries whose id, title, variant, kind or content has every word of the filter. */
export function filtered(entries: readonly CheckedGalleryEntry[], filter: string): readonly CheckedGalleryEntry[] {
	const words = filter
		.toLowerCase()
		.split(/\s+/)
		.filter((word) => word !== '');
	if (words.length === 0) return entries;
	return entries.filter((entry) => {
		const text =
			`${entry.id} ${entry.title} ${entry.variant} ${entry.kind} ${JSON.stringify(entry.payload)}`.toLowerCase();
		return words.every((word) => text.includes(word));
	});
}
