import type {ComponentChild} from 'preact';
import {Icon} from './icons.tsx';
import {useTheme} from './theme.ts';

/** Turns dark and light over; the choice holds for this machine. */
export function ThemeSwitch(): ComponentChild {
	const [theme, turn] = useTheme();
	const label = theme === 'dark' ? 'Switch to light' : 'Switch to dark';
	return (
		<button type="button" class="icon-button" aria-label={label} title={label} onClick={turn}>
			<Icon name={theme === 'dark' ? 'sun' : 'moon'} />
		</button>
	);
}
