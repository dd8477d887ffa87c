import {createContext} from 'preact';
import {useContext} from 'preact/hooks';
import type {Desktop} from '../../local/desktop.ts';
import type {PageClient} from '../client.ts';
import type {Directory, Surface} from '../surface.ts';
import type {Destination} from './place.ts';
import type {State, Step} from './store.ts';

/** What every part of the shell can use. */
export type Shell = {
	readonly client: PageClient;
	readonly state: State;
	readonly desktop: Desktop;
	readonly directory: Directory;
	readonly dispatch: (step: Step) => void;
	/** Goes to a place and writes it into the browser's history. */
	readonly go: (to: Partial<Destination>) => void;
	readonly open: Surface['open'];
	/** A sentence for a moment: something that could not be done. */
	readonly tell: (sentence: string) => void;
};

export const ShellContext = createContext<Shell | null>(null);

/** The shell around a component. Throws outside of it. */
export function useShell(): Shell {
	const shell = useContext(ShellContext);
	if (shell === null) throw new Error('There is no shell around this component.');
	return shell;
}
