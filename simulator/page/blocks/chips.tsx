import type {ComponentChild} from 'preact';
import type {Offer} from './offer.ts';

/** What is chosen in a select of many, each with a button that takes it back. */
export function Chips({
	chosen,
	remove,
}: {
	readonly chosen: readonly Offer[];
	readonly remove: (offer: Offer) => void;
}): ComponentChild {
	return chosen.map((offer) => (
		<span key={offer.value} class="el-chip">
			<bdi>{offer.label}</bdi>
			<button type="button" class="el-chip-remove" aria-label={`Remove ${offer.label}`} onClick={() => remove(offer)}>
				<span aria-hidden="true">×</span>
			</button>
		</span>
	));
}
