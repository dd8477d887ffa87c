const FOCUSABLE =
	'a[href], button:not([disabled]), input:not([disabled]), textarea:not([disabled]), select:not([disabled]), [tabindex]:not([tabindex="-1"])';

/** The first element there that takes the focus and fits the selector, or null. */
export function firstFocusable(root: HTMLElement | null, selector: string = FOCUSABLE): HTMLElement | null {
	return focusable(root).find((each) => each.matches(selector)) ?? null;
}

/** Tab at the end of a dialog goes to its beginning, Shift+Tab back; `more` are further roots that belong to it. */
export function keepFocus(event: KeyboardEvent, ...roots: readonly (HTMLElement | null)[]): void {
	if (event.key !== 'Tab') return;
	const all = roots.flatMap(focusable);
	const edge = event.shiftKey ? all[0] : all.at(-1);
	const other = event.shiftKey ? all.at(-1) : all[0];
	const here = document.activeElement;
	const outside = !roots.some((root) => root?.contains(here) === true);
	if (here !== edge && here !== roots[0] && !outside) return;
	if (here === roots[0] && !event.shiftKey) return;
	event.preventDefault();
	other?.focus();
}

function focusable(root: HTMLElement | null): readonly HTMLElement[] {
	if (root === null) return [];
	return [...root.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
		(each) => each.tabIndex >= 0 && each.checkVisibility({visibilityProperty: true}),
	);
}
