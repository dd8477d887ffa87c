import type {RefObject} from 'preact';
import {useEffect, useLayoutEffect, useRef, useState} from 'preact/hooks';
import type {ShownMessage} from '../client.ts';

/** So near to the end counts as the end, in CSS pixels. */
const NEAR = 40;

type StayingScroll = {
	readonly box: RefObject<HTMLDivElement | null>;
	readonly content: RefObject<HTMLDivElement | null>;
	/** Messages came that the reader did not follow. */
	readonly unseen: boolean;
	readonly toEnd: () => void;
};

/**
 * The scroll follows the end when the reader was there or wrote the newest message, else it stays.
 * A highlighted message comes to the middle once for each time it is asked for.
 */
export function useStayingScroll(
	messages: readonly ShownMessage[],
	highlight: {readonly ts: string; readonly asked: number} | null,
	me: string,
): StayingScroll {
	const box = useRef<HTMLDivElement>(null);
	const content = useRef<HTMLDivElement>(null);
	const following = useRef(true);
	const [unseen, setUnseen] = useState(false);
	const last = messages.at(-1);

	const toEnd = (): void => {
		following.current = true;
		setUnseen(false);
		if (box.current !== null) box.current.scrollTop = box.current.scrollHeight;
	};

	useEffect(() => {
		const element = box.current;
		if (element === null || content.current === null) return undefined;
		const look = (): void => {
			following.current = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR;
			if (following.current) setUnseen(false);
		};
		element.addEventListener('scroll', look, {passive: true});
		// Pictures that load, blocks that unfold and a composer that grows move the end.
		const grown = new ResizeObserver(() => {
			if (following.current) element.scrollTop = element.scrollHeight;
		});
		grown.observe(content.current);
		grown.observe(element);
		return () => {
			element.removeEventListener('scroll', look);
			grown.disconnect();
		};
	}, []);

	const first = useRef(true);
	useLayoutEffect(() => {
		if (last === undefined) return;
		if (following.current || (last.user.id === me && !last.byApp)) toEnd();
		else if (!first.current) setUnseen(true);
		first.current = false;
	}, [last?.ts]);

	// A reply is not in the channel's list; the message that it answers is.
	const found = messages.find(
		(each) => each.ts === highlight?.ts || each.replies.some((reply) => reply.ts === highlight?.ts),
	);
	useLayoutEffect(() => {
		if (found === undefined) return;
		const element = box.current?.querySelector(`article[data-ts="${CSS.escape(found.ts)}"]`);
		if (element === null || element === undefined) return;
		following.current = false;
		element.scrollIntoView({block: 'center'});
	}, [found?.ts, highlight?.asked]);

	return {box, content, unseen, toEnd};
}
