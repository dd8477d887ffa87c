import type {ComponentChild} from 'preact';
import {useId, useRef, useState} from 'preact/hooks';
import type {Json} from '../surface.ts';
import {Chips} from './chips.tsx';
import {Listbox} from './listbox.tsx';
import {filtered} from './offer.ts';
import type {Offer, OfferGroup} from './offer.ts';
import {controlAttributes} from './place.ts';
import type {Place} from './place.ts';
import {placeholderOf} from './label-text.ts';
import {useFocusOnLoad} from './use-focus-on-load.ts';

export type ComboboxParts = {
	readonly element: Json;
	readonly place: Place;
	readonly many: boolean;
	readonly groups: readonly OfferGroup[];
	readonly chosen: readonly Offer[];
	readonly busy: boolean;
	/** How many may be chosen. */
	readonly most: number;
	readonly give: (offers: readonly Offer[]) => void;
	/** Said instead of a list. */
	readonly note: string | undefined;
	/** Where the list comes from the app: what was typed. Else the list is filtered here. */
	readonly onQuery: ((query: string) => void) | undefined;
};

/** A select one can type in (WAI-ARIA Authoring Practices: combobox with a listbox popup, manual selection). */
export function Combobox(parts: ComboboxParts): ComponentChild {
	const {element, place, many, chosen, busy, most, give, onQuery} = parts;
	const [query, setQuery] = useState<string>();
	const [active, setActive] = useState(0);
	const frame = useRef<HTMLDivElement>(null);
	const input = useFocusOnLoad<HTMLInputElement>(place, element);
	const listId = useId();
	const open = query !== undefined;
	const groups = onQuery === undefined ? filtered(parts.groups, query ?? '') : parts.groups;
	const offers = groups.flatMap((each) => each.offers);
	const has = (offer: Offer): boolean => chosen.some((each) => each.value === offer.value);
	const locked = busy && !place.input;

	const search = (text: string): void => {
		if (locked) return;
		setQuery(text);
		// What is chosen already is where the arrows start from.
		const at = text === '' && !many ? offers.findIndex(has) : 0;
		setActive(Math.max(0, at));
		onQuery?.(text);
	};
	const close = (): void => setQuery(undefined);
	const choose = (offer: Offer): void => {
		if (locked) return;
		if (!many) {
			close();
			if (!has(offer)) give([offer]);
			return;
		}
		if (has(offer)) give(chosen.filter((each) => each.value !== offer.value));
		else if (chosen.length < most) give([...chosen, offer]);
		if (query !== '') search('');
	};
	const move = (to: number): void => {
		if (!open) search('');
		else if (offers.length > 0) setActive((to + offers.length) % offers.length);
	};
	const keys: Readonly<Record<string, () => boolean>> = {
		ArrowDown: () => (move(active + 1), true),
		ArrowUp: () => (move(active - 1), true),
		Home: () => open && offers.length > 0 && (setActive(0), true),
		End: () => open && offers.length > 0 && (setActive(offers.length - 1), true),
		Escape: () => open && (close(), true),
		Tab: () => (close(), false),
		Enter() {
			const offer = offers[active];
			if (!open) search('');
			else if (offer !== undefined) choose(offer);
			return true;
		},
		Backspace() {
			if (many && (query ?? '') === '' && chosen.length > 0 && !locked) give(chosen.slice(0, -1));
			return false;
		},
	};
	const optionId = (index: number): string => `${listId}-${index}`;
	const first = chosen[0]?.label ?? '';
	const placeholder = placeholderOf(element) ?? (many ? 'Choose options' : 'Choose an option');
	return (
		<div
			ref={frame}
			class={`el-select ${many ? 'el-select-many' : ''} ${open ? 'el-select-open' : ''}`}
			onClick={(event) => {
				if (event.target === frame.current) input.current?.focus();
			}}
		>
			{many && <Chips chosen={chosen} remove={(offer) => !locked && give(chosen.filter((each) => each !== offer))} />}
			<input
				ref={input}
				{...controlAttributes(place, element)}
				class="el-select-input"
				type="text"
				role="combobox"
				autocomplete="off"
				spellcheck={false}
				dir="auto"
				aria-autocomplete="list"
				aria-expanded={open}
				aria-haspopup="listbox"
				aria-busy={busy}
				{...(open ? {'aria-controls': listId} : {})}
				{...(open && offers[active] !== undefined ? {'aria-activedescendant': optionId(active)} : {})}
				value={query ?? (many ? '' : first)}
				placeholder={many ? (chosen.length === 0 ? placeholder : '') : open && first !== '' ? first : placeholder}
				onInput={(event) => search(event.currentTarget.value)}
				onClick={() => (open ? close() : search(''))}
				onBlur={close}
				onKeyDown={(event) => {
					if (event.isComposing || keys[event.key]?.() !== true) return;
					event.preventDefault();
					event.stopPropagation();
				}}
			/>
			{place.optional && !many && chosen.length > 0 && !open && (
				<button type="button" class="el-clear" aria-label={`Clear ${first}`} onClick={() => give([])}>
					<span aria-hidden="true">×</span>
				</button>
			)}
			<span class="el-caret" aria-hidden="true" />
			{open && (
				<Listbox
					id={listId}
					label={controlAttributes(place, element)['aria-label']?.toString() ?? placeholder}
					anchor={frame}
					groups={groups}
					many={many}
					active={active}
					has={has}
					full={many && chosen.length >= most ? `At most ${most} can be chosen.` : undefined}
					note={parts.note ?? (offers.length === 0 ? 'Nothing fits.' : undefined)}
					optionId={optionId}
					choose={choose}
				/>
			)}
		</div>
	);
}
