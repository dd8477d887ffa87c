/**
 * How alike two names are, 0 to 1: the share of neighbouring letter pairs that they have in common (Dice's coefficient),
 * letter case and underscores aside. `CustomerName` and `customer_full_name` are alike, `Total` and `Note` are not.
 */
export function likeness(left: string, right: string): number {
	const [first, second] = [pairsOf(left), pairsOf(right)];
	if (first.length === 0 || second.length === 0) return plain(left) === plain(right) ? 1 : 0;
	const unmatched = [...second];
	let shared = 0;
	for (const pair of first) {
		const index = unmatched.indexOf(pair);
		if (index === -1) continue;
		unmatched.splice(index, 1);
		shared += 1;
	}
	return (2 * shared) / (first.length + second.length);
}

function pairsOf(name: string): readonly string[] {
	const letters = Array.from(plain(name));
	return letters.slice(1).map((letter, index) => `${letters[index] ?? ''}${letter}`);
}

function plain(name: string): string {
	return name.toLowerCase().replaceAll('_', '');
}
