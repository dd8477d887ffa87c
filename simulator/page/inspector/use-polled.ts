import {useEffect, useState} from 'preact/hooks';

/** What was read, and why it could not be read again. */
type Polled<T> = {readonly value: T | undefined; readonly error: string | undefined; readonly again: () => void};

/**
 * Reads something again and again, `every` milliseconds after the last answer; a hidden tab rests. What did not change
 * stays the same object, so that nothing is drawn again. `key` names what is read: another key starts anew.
 */
export function usePolled<T>(key: string, load: () => Promise<T>, every = 1_500): Polled<T> {
	const [state, setState] = useState<{readonly text: string; readonly value: T | undefined; readonly key: string}>({
		text: '',
		value: undefined,
		key,
	});
	const [error, setError] = useState<string>();
	const [turn, setTurn] = useState(0);
	useEffect(() => {
		let over = false;
		let timer: number | undefined;
		async function read(): Promise<void> {
			try {
				if (!document.hidden) {
					const value = await load();
					if (over) return;
					const text = JSON.stringify(value);
					setState((was) => (was.text === text && was.key === key ? was : {text, value, key}));
					setError(undefined);
				}
			} catch (failure) {
				if (!over) setError(failure instanceof Error ? failure.message : String(failure));
			}
			if (!over) timer = window.setTimeout(() => void read(), every);
		}
		void read();
		return () => {
			over = true;
			window.clearTimeout(timer);
		};
	}, [key, turn, every]);
	return {
		value: state.key === key ? state.value : undefined,
		error,
		again: () => setTurn((was) => was + 1),
	};
}
