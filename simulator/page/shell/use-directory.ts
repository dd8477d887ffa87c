import {useRef} from 'preact/hooks';
import type {Desktop} from '../../local/desktop.ts';
import type {Directory} from '../surface.ts';

/** Who and what can be named; the same object as long as nothing of it changed. */
export function useDirectory(desktop: Desktop | null): Directory | null {
	const kept = useRef<{readonly key: string; readonly directory: Directory} | null>(null);
	if (desktop === null) return null;
	const {me, people, userGroups} = desktop;
	const channels = desktop.channels.map(({id, name, kind}) => ({id, name, kind}));
	const directory = {me, people, channels, userGroups};
	const key = JSON.stringify(directory);
	if (kept.current?.key !== key) kept.current = {key, directory};
	return kept.current.directory;
}
