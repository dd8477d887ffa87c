import type {ComponentChild} from 'preact';

/** Grounds for initials, white on each has a contrast above 5 to 1; shell.css has them. */
const GROUNDS = 8;

/** The picture beside a name: the app's lock, or initials on a colour made from the id. */
export function Avatar({
	id,
	name,
	app,
	small = false,
}: {
	readonly id: string;
	readonly name: string;
	readonly app: boolean;
	readonly small?: boolean;
}): ComponentChild {
	const size = small ? 'avatar avatar-small' : 'avatar';
	if (app) {
		return (
			<span class={`${size} avatar-app`} aria-hidden="true">
				<svg viewBox="0 0 36 36" focusable="false">
					<path d="M12 16v-4a6 6 0 0 1 12 0v4" fill="none" stroke="currentColor" stroke-width="3" />
					<rect x="9" y="16" width="18" height="13" rx="3" fill="currentColor" />
					<path class="avatar-keyhole" d="M18 20.5v4" stroke-width="3" stroke-linecap="round" />
				</svg>
			</span>
		);
	}
	return (
		<span class={`${size} avatar-${groundOf(id)}`} aria-hidden="true">
			{initials(name)}
		</span>
	);
}

function groundOf(id: string): number {
	let sum = 0;
	for (const sign of id) sum = (sum * 31 + (sign.codePointAt(0) ?? 0)) % 9973;
	return sum % GROUNDS;
}

function initials(name: string): string {
	const words = name.split(/\s+/).filter((word) => word !== '');
	const last = words.length > 1 ? firstSign(words.at(-1) ?? '') : '';
	return `${firstSign(words[0] ?? '?')}${last}`.toUpperCase();
}

function firstSign(word: string): string {
	return String.fromCodePoint(word.codePointAt(0) ?? 63);
}
