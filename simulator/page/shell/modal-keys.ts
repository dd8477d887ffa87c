/** False for keys that are for a dialog within the modal, such as a question, or for an open list of a select. */
export function isForModal({target}: Event, modal: Element | null): boolean {
	if (!(target instanceof Element)) return false;
	const dialog = target.closest('dialog, [role=dialog], [role=alertdialog]');
	return dialog === modal && target.getAttribute('aria-expanded') !== 'true';
}

/** True for a text input of one line, where Enter means submit; lists and choices use Enter themselves. */
export function isSingleLine(target: EventTarget | null): boolean {
	if (!(target instanceof HTMLInputElement) || target.getAttribute('role') === 'combobox') return false;
	return ['text', 'email', 'url', 'number', 'tel', 'date', 'time', 'datetime-local'].includes(target.type);
}
