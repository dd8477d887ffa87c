import {useEffect} from 'preact/hooks';

/** Ephemeral messages that this person put away in this tab; by ts. */
export function readDismissed(person: string): readonly string[] {
	return (sessionStorage.getItem(`dismissed ${person}`) ?? '').split(' ').filter((each) => each !== '');
}

/** Keeps them over a reload. */
export function useDismissedKept(person: string, dismissed: ReadonlySet<string>): void {
	useEffect(() => sessionStorage.setItem(`dismissed ${person}`, [...dismissed].join(' ')), [person, dismissed]);
}
