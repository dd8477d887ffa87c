import {useEffect, useRef, useState} from 'preact/hooks';
import {addPendingFill} from './pending-fills.ts';

/** Text that a person is typing, ahead of what the server knows. */
export type Draft = {
	readonly text: string;
	/** The person typed: sends after a pause, where `pause` is given. */
	readonly type: (text: string) => void;
	/** Sends at once what is not sent yet. */
	readonly send: () => void;
};

type Wanted = {
	readonly surfaceId: string;
	/** What the server knows. */
	readonly known: string;
	/** Milliseconds without a key before it is sent; undefined: only `send` and a submit send it. */
	readonly pause: number | undefined;
	/** True: what could not be given is taken back; false: it stays to be mended. */
	readonly rollsBack: boolean;
	/** Resolves with what went wrong. */
	readonly give: (text: string) => Promise<Error | undefined>;
};

type Held = {
	readonly text: string;
	readonly timer: ReturnType<typeof setTimeout> | undefined;
	readonly remove: () => void;
};

/** A page that lags behind by less than this, in milliseconds, does not take back what was typed. */
const patience = 2000;

/** Keeps what is typed until the server has it; nothing typed is lost to a submit (see pending-fills.ts). */
export function useDraft(wanted: Wanted): Draft {
	const [draft, setDraft] = useState<string>();
	const latest = useRef(wanted);
	latest.current = wanted;
	const waiting = useRef<Held | undefined>(undefined);
	const sentAt = useRef(0);

	async function flush(): Promise<void> {
		const held = waiting.current;
		if (held === undefined) return;
		waiting.current = undefined;
		clearTimeout(held.timer);
		sentAt.current = Date.now();
		const sending = latest.current.give(held.text);
		// Only now: from here on the giving itself is what a submit waits for.
		held.remove();
		const failure = await sending;
		if (failure === undefined) return;
		if (latest.current.rollsBack && waiting.current === undefined) setDraft(undefined);
		throw failure;
	}
	const send = (): void => {
		// The element shows what went wrong.
		flush().catch(() => undefined);
	};

	useEffect(() => {
		const {known} = wanted;
		if (waiting.current !== undefined) return undefined;
		const settle = (): void => {
			if (waiting.current === undefined) setDraft(undefined);
		};
		if (draft === known) settle();
		const timer = setTimeout(settle, Math.max(0, sentAt.current + patience - Date.now()));
		return () => clearTimeout(timer);
	}, [wanted.known]);
	useEffect(() => () => send(), []);

	return {
		text: draft ?? wanted.known,
		type(text) {
			const {pause, surfaceId} = latest.current;
			setDraft(text);
			clearTimeout(waiting.current?.timer);
			const timer = pause === undefined ? undefined : setTimeout(send, pause);
			const remove = waiting.current?.remove ?? addPendingFill(surfaceId, flush);
			waiting.current = {text, timer, remove};
		},
		send,
	};
}
