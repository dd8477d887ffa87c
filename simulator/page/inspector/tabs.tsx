import type {ComponentChild} from 'preact';
import {useId, useRef, useState} from 'preact/hooks';

/** A tab: its name, what is counted in it, and what it shows. */
type Tab = {
	readonly name: string;
	readonly count?: number;
	/** The count is told in the colour of an error. */
	readonly alarming?: boolean;
	readonly body: () => ComponentChild;
};

/** Tabs by the WAI-ARIA pattern: arrows, Home and End move, the chosen one alone is in the Tab order. */
export function Tabs({tabs, label}: {readonly tabs: readonly Tab[]; readonly label: string}): ComponentChild {
	const [chosen, setChosen] = useState(0);
	const id = useId();
	const list = useRef<HTMLDivElement>(null);
	const tab = tabs[chosen];
	function choose(index: number): void {
		const next = (index + tabs.length) % tabs.length;
		setChosen(next);
		list.current?.querySelectorAll('button')[next]?.focus();
	}
	function move(event: KeyboardEvent): void {
		const places: Readonly<Record<string, number>> = {
			ArrowRight: chosen + 1,
			ArrowLeft: chosen - 1,
			Home: 0,
			End: tabs.length - 1,
		};
		const next = places[event.key];
		if (next === undefined) return;
		event.preventDefault();
		choose(next);
	}
	return (
		<div class="insp-tabs">
			<div role="tablist" aria-label={label} class="insp-tablist" ref={list} onKeyDown={move}>
				{tabs.map(({name, count, alarming}, index) => (
					<button
						key={name}
						type="button"
						role="tab"
						id={`${id}-tab-${index}`}
						aria-selected={index === chosen}
						aria-controls={`${id}-panel`}
						tabIndex={index === chosen ? 0 : -1}
						class="insp-tab"
						onClick={() => setChosen(index)}
					>
						{name}
						{count !== undefined && (
							<span class={alarming === true ? 'insp-count insp-count-bad' : 'insp-count'}> {count}</span>
						)}
					</button>
				))}
			</div>
			<div role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-tab-${chosen}`} class="insp-panel" tabIndex={0}>
				{tab?.body()}
			</div>
		</div>
	);
}
