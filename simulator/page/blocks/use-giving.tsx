import type {ComponentChild} from 'preact';
import {useRef, useState} from 'preact/hooks';
import {objectField} from '../../json.ts';
import type {Given, Json} from '../surface.ts';
import {useConfirm} from './confirm-dialog.tsx';
import {serverState} from './element-view.ts';
import {addPendingFill} from './pending-fills.ts';
import {actionIdOf} from './place.ts';
import type {Place} from './place.ts';

/** What a person sees of an element and can do to it. */
export type Giving = {
	readonly state: Json | undefined;
	readonly busy: boolean;
	readonly error: string | undefined;
	/**
	 * Gives the element this, and shows `guess` at once. Resolves with an error when it was not given; elsewhere than in
	 * an input block it asks first where the element has a confirm dialog, and gives nothing while it is busy.
	 */
	readonly give: (value: Given | undefined, guess?: Json) => Promise<Error | undefined>;
	/** The open confirm dialog. */
	readonly dialog: ComponentChild;
};

/** The state of one element and the way to change it. */
export function useGiving(place: Place, element: Json): Giving {
	const known = serverState(place.surface, place.blockId, element);
	const seen = JSON.stringify([known, element['initial_option'], element['initial_options']]);
	const [guessed, setGuessed] = useState<{readonly state: Json; readonly seen: string}>();
	const [busy, setBusy] = useState(false);
	const [error, setError] = useState<string>();
	const running = useRef(0);
	const line = useRef<Promise<unknown>>(Promise.resolve());
	const now = useRef({place, element, seen});
	now.current = {place, element, seen};
	const {ask, dialog} = useConfirm(place.surface);

	async function send(value: Given | undefined, guess: Json | undefined): Promise<Error | undefined> {
		const {surface, blockId, input} = now.current.place;
		const id = actionIdOf(now.current.element);
		if (guess !== undefined) setGuessed({state: guess, seen: now.current.seen});
		setBusy(true);
		setError(undefined);
		try {
			await (input ? surface.fill(blockId, id, value ?? null) : surface.act(blockId, id, value));
			return undefined;
		} catch (thrown) {
			const failure = thrown instanceof Error ? thrown : new Error(String(thrown));
			setGuessed(undefined);
			setError(failure.message);
			return failure;
		} finally {
			running.current -= 1;
			setBusy(running.current > 0);
		}
	}

	async function act(value: Given | undefined, guess: Json | undefined): Promise<Error | undefined> {
		if (running.current > 0) return new Error('The last one is still on its way.');
		running.current += 1;
		const confirm = objectField(now.current.element, 'confirm');
		if (confirm !== undefined && !(await ask(confirm))) {
			running.current -= 1;
			return new Error('The person decided against it.');
		}
		return send(value, guess);
	}

	/** Fills go one after the other, so that the last one stays. */
	async function fill(value: Given | undefined, guess: Json | undefined): Promise<Error | undefined> {
		running.current += 1;
		const sent = line.current.then(() => send(value, guess));
		line.current = sent;
		const done = addPendingFill(place.surface.id, async () => {
			const failure = await sent;
			if (failure !== undefined) throw failure;
		});
		return sent.finally(done);
	}

	const state = guessed !== undefined && guessed.seen === seen ? guessed.state : known;
	return {state, busy, error, dialog, give: (value, guess) => (place.input ? fill : act)(value, guess)};
}
