import {useState} from 'preact/hooks';

/** A half-typed text that outlives its composer and a reload of this tab. */
export function useDraft(key: string): readonly [string, (text: string) => void] {
	const place = `draft ${key}`;
	const [text, setText] = useState(() => sessionStorage.getItem(place) ?? '');
	return [
		text,
		(next) => {
			setText(next);
			if (next === '') sessionStorage.removeItem(place);
			else sessionStorage.setItem(place, next);
		},
	];
}
