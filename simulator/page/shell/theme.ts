import {useEffect, useState} from 'preact/hooks';

export type Theme = 'light' | 'dark';

const KEY = 'theme';

/** The theme a person chose on this machine, else the system's. */
function currentTheme(): Theme {
	const chosen = localStorage.getItem(KEY);
	if (chosen === 'light' || chosen === 'dark') return chosen;
	return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

/** Puts the theme on the page, and follows the system as long as nobody chose. */
export function followTheme(): void {
	show();
	matchMedia('(prefers-color-scheme: dark)').addEventListener('change', show);
	// Another tab of this machine chose.
	addEventListener('storage', show);
}

/** The theme and a function that turns it over. */
export function useTheme(): readonly [Theme, () => void] {
	const [theme, setTheme] = useState(currentTheme);
	useEffect(() => {
		const query = matchMedia('(prefers-color-scheme: dark)');
		const look = (): void => setTheme(currentTheme());
		query.addEventListener('change', look);
		addEventListener('storage', look);
		return () => {
			query.removeEventListener('change', look);
			removeEventListener('storage', look);
		};
	}, []);
	return [
		theme,
		() => {
			const next = theme === 'dark' ? 'light' : 'dark';
			localStorage.setItem(KEY, next);
			setTheme(next);
			show();
		},
	];
}

function show(): void {
	document.documentElement.dataset['theme'] = currentTheme();
}
