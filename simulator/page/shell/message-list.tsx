import type {ComponentChild} from 'preact';
import type {ShownMessage} from '../client.ts';
import {Icon} from './icons.tsx';
import type {MessagePlace} from './message-item.tsx';
import {MessageItem} from './message-item.tsx';
import {useShell} from './shell-context.ts';
import {dayName, dayOf, millisecondsOf} from './times.ts';
import {useStayingScroll} from './use-staying-scroll.ts';

/** Messages of one person within this time stand under one name. */
const TOGETHER = 5 * 60_000;

/** The messages of a channel or a thread, by day, at the end or where the reader is. */
export function MessageList({
	messages,
	place,
	label,
	before,
}: {
	readonly messages: readonly ShownMessage[];
	readonly place: MessagePlace;
	readonly label: string;
	/** Stands above the first message. */
	readonly before?: ComponentChild;
}): ComponentChild {
	const {state, desktop} = useShell();
	const shown = messages.filter((each) => !state.dismissed.has(each.ts));
	const {box, content, unseen, toEnd} = useStayingScroll(shown, state.highlight, desktop.me.id);
	const zone = desktop.me.timeZone;
	return (
		<div class="list-frame">
			<div
				ref={box}
				class="list"
				id={place === 'channel' ? 'messages' : undefined}
				role="log"
				aria-label={label}
				tabIndex={0}
			>
				<div ref={content}>
					{before}
					{shown.map((message, index) => {
						const above = shown[index - 1];
						const newDay = above === undefined || dayOf(above.ts, zone) !== dayOf(message.ts, zone);
						return (
							<div key={message.ts} class="list-item">
								{newDay && place === 'channel' && (
									<h3 class="day">
										<span>{dayName(message.ts, zone, Date.now())}</span>
									</h3>
								)}
								<MessageItem
									message={message}
									place={place}
									compact={!newDay && follows(above, message)}
									lit={state.highlight?.ts === message.ts}
								/>
							</div>
						);
					})}
				</div>
			</div>
			{unseen && (
				<button type="button" class="new-messages" onClick={toEnd}>
					<Icon name="down" /> New messages
				</button>
			)}
		</div>
	);
}

function follows(above: ShownMessage | undefined, message: ShownMessage): boolean {
	return (
		above !== undefined &&
		above.user.id === message.user.id &&
		above.ephemeral === message.ephemeral &&
		!message.broadcast &&
		millisecondsOf(message.ts) - millisecondsOf(above.ts) < TOGETHER
	);
}
