import {useRef, useState} from 'preact/hooks';
import type {Json, Surface} from '../surface.ts';
import {suggestedOffers} from './offer.ts';
import type {OfferGroup} from './offer.ts';
import {actionIdOf} from './place.ts';

/** Milliseconds without a key before the app is asked. */
const pause = 250;

type Found = {
	readonly groups: readonly OfferGroup[];
	/** Said instead of a list. */
	readonly note: string | undefined;
	readonly ask: (query: string) => void;
};

/** What the app offers in an external select for what is typed (Slack: min_query_length, 3 where it is not given). */
export function useSuggestions(surface: Surface, blockId: string, element: Json): Found {
	const [found, setFound] = useState<Omit<Found, 'ask'>>({groups: [], note: undefined});
	const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
	const turn = useRef(0);
	const wanted = element['min_query_length'];
	const least = typeof wanted === 'number' ? wanted : 3;

	async function load(query: string, mine: number): Promise<void> {
		const answer = await surface.suggest(blockId, actionIdOf(element), query).then(
			(suggested) => ({groups: suggestedOffers(suggested), note: undefined}),
			(error: unknown) => ({groups: [], note: error instanceof Error ? error.message : String(error)}),
		);
		// A later question has the word.
		if (mine === turn.current) setFound(answer);
	}
	function ask(query: string): void {
		clearTimeout(timer.current);
		turn.current += 1;
		const mine = turn.current;
		if (query.length < least) {
			setFound({groups: [], note: `Type ${least === 1 ? 'a character' : `at least ${least} characters`} to search.`});
			return;
		}
		setFound({groups: [], note: 'Searching …'});
		timer.current = setTimeout(() => void load(query, mine), query === '' ? 0 : pause);
	}
	return {...found, ask};
}
