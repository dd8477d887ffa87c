import {useState} from 'preact/hooks';
import type {Desktop} from '../../local/desktop.ts';
import type {Completion, Offer} from './completion.ts';
import {offerFor} from './completion.ts';

type CompletionState = {
	readonly offer: Offer | null;
	/** Which one is active; -1 for none. */
	readonly at: number;
	/** The text or the caret is another now. */
	readonly moved: (text: string, caret: number) => void;
	/** True when the key was for the list. */
	readonly pressed: (event: KeyboardEvent, choose: (item: Completion) => void) => boolean;
};

/** The list of a composer: what it offers and which entry is active. */
export function useCompletion(text: string, desktop: Desktop): CompletionState {
	const [offer, setOffer] = useState<Offer | null>(null);
	const [at, setAt] = useState(-1);
	const active = offer?.items[at];

	const moved = (next: string, caret: number): void => {
		const found = next === '' ? null : offerFor(next, caret, desktop);
		setOffer(found);
		setAt(found?.preselect === true ? 0 : -1);
	};

	const pressed = (event: KeyboardEvent, choose: (item: Completion) => void): boolean => {
		if (offer === null) return false;
		if (event.key === 'ArrowDown') setAt((at + 1) % offer.items.length);
		else if (event.key === 'ArrowUp') setAt(at <= 0 ? offer.items.length - 1 : at - 1);
		else if (event.key === 'Escape') setOffer(null);
		else if ((event.key === 'Enter' || event.key === 'Tab') && active !== undefined && !event.shiftKey) {
			// A command that stands there in full is sent by Enter.
			if (event.key === 'Enter' && text.trim() === active.insert.trim()) return false;
			choose(active);
		} else return false;
		event.preventDefault();
		event.stopPropagation();
		return true;
	};

	return {offer, at: active === undefined ? -1 : at, moved, pressed};
}
