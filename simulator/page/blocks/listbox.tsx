import type {ComponentChild, RefObject} from 'preact';
import {useLayoutEffect, useRef} from 'preact/hooks';
import type {Offer, OfferGroup} from './offer.ts';
import {usePopup} from './use-popup.ts';

/** The open list of a combobox; the focus stays in the input. */
export function Listbox({
	id,
	label,
	anchor,
	groups,
	many,
	active,
	has,
	full,
	note,
	optionId,
	choose,
}: {
	readonly id: string;
	readonly label: string;
	readonly anchor: RefObject<HTMLElement | null>;
	readonly groups: readonly OfferGroup[];
	readonly many: boolean;
	/** Index of the offer the keys stand at, over all groups. */
	readonly active: number;
	readonly has: (offer: Offer) => boolean;
	/** Why no more can be chosen. */
	readonly full: string | undefined;
	readonly note: string | undefined;
	readonly optionId: (index: number) => string;
	readonly choose: (offer: Offer) => void;
}): ComponentChild {
	const popup = useRef<HTMLDivElement>(null);
	usePopup(anchor, popup, true);
	useLayoutEffect(() => {
		popup.current?.querySelector('.el-option-active')?.scrollIntoView({block: 'nearest'});
	}, [active, groups]);
	let index = -1;
	return (
		<div
			ref={popup}
			class="el-popup"
			popover="manual"
			// The input keeps the focus; scrolling by the bar still works.
			onMouseDown={(event) => event.preventDefault()}
		>
			{note !== undefined && (
				<p class="el-popup-note" role="status">
					{note}
				</p>
			)}
			{full !== undefined && <p class="el-popup-note">{full}</p>}
			<div id={id} role="listbox" aria-label={label} {...(many ? {'aria-multiselectable': true} : {})}>
				{groups.map((group, number) => {
					const options = group.offers.map((offer) => {
						index += 1;
						const chosen = has(offer);
						return (
							<div
								key={offer.value}
								id={optionId(index)}
								role="option"
								class={`el-option ${index === active ? 'el-option-active' : ''}`}
								aria-selected={chosen}
								aria-disabled={full !== undefined && !chosen}
								onClick={() => choose(offer)}
							>
								<bdi>{offer.label}</bdi>
								{offer.more !== '' && (
									<span class="el-option-more">
										<bdi>{offer.more}</bdi>
									</span>
								)}
							</div>
						);
					});
					if (group.label === '') return options;
					return (
						<div key={number} role="group" aria-label={group.label}>
							<div class="el-group-label" aria-hidden="true">
								{group.label}
							</div>
							{options}
						</div>
					);
				})}
			</div>
		</div>
	);
}
