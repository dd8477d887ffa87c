import {useEffect, useState} from 'preact/hooks';

/** True while the tab is in front. */
export function useVisible(): boolean {
	const [visible, setVisible] = useState(!document.hidden);
	useEffect(() => {
		const look = (): void => setVisible(!document.hidden);
		document.addEventListener('visibilitychange', look);
		return () => document.removeEventListener('visibilitychange', look);
	}, []);
	return visible;
}
