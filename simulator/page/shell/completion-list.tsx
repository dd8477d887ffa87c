import type {ComponentChild} from 'preact';
import {useEffect, useRef} from 'preact/hooks';
import type {Completion, Offer} from './completion.ts';

const NAMES = {command: 'Commands', usage: 'What it takes', mention: 'People and channels'} as const;

/** What a composer offers; the focus stays in the text. */
export function CompletionList({
	id,
	offer,
	at,
	choose,
}: {
	readonly id: string;
	readonly offer: Offer;
	readonly at: number;
	readonly choose: (item: Completion) => void;
}): ComponentChild {
	const list = useRef<HTMLDivElement>(null);
	useEffect(() => {
		list.current?.querySelector('[aria-selected=true]')?.scrollIntoView({block: 'nearest'});
	}, [at]);
	return (
		<div class="completion">
			<p class="completion-title" aria-hidden="true">
				{NAMES[offer.kind]}
			</p>
			<div ref={list} id={id} role="listbox" aria-label={NAMES[offer.kind]}>
				{offer.items.map((item, index) => (
					<div
						key={item.label}
						id={`${id}-${index}`}
						role="option"
						aria-selected={index === at}
						// Before the text loses the focus, which would shut the list.
						onPointerDown={(event) => {
							event.preventDefault();
							choose(item);
						}}
					>
						<strong>{item.label}</strong> {item.usage !== '' && <span>{item.usage}</span>}
						<small>{item.detail}</small>
					</div>
				))}
			</div>
			<p class="unseen" role="status">
				{offer.items.length === 1 ? '1 suggestion' : `${offer.items.length} suggestions`}
			</p>
		</div>
	);
}
