import type {ComponentChild} from 'preact';
import {useId} from 'preact/hooks';

/** Something that is on or off, with a sentence that says what the app will see. */
export function Switch({
	name,
	effect,
	on,
	turn,
}: {
	readonly name: string;
	readonly effect: string;
	readonly on: boolean;
	readonly turn: (on: boolean) => void;
}): ComponentChild {
	const id = useId();
	return (
		<div class="insp-wish">
			<button
				type="button"
				role="switch"
				aria-checked={on}
				aria-describedby={`${id}-effect`}
				class="insp-switch"
				onClick={() => turn(!on)}
			>
				<span class="insp-switch-track" aria-hidden="true" />
				{name}
				<span class="insp-switch-word" aria-hidden="true">
					{on ? 'on' : 'off'}
				</span>
			</button>
			<p class="insp-quiet" id={`${id}-effect`}>
				{effect}
			</p>
		</div>
	);
}

/** A whole number from 1. */
export function Numeric({
	label,
	value,
	give,
}: {
	readonly label: string;
	readonly value: number;
	readonly give: (value: number) => void;
}): ComponentChild {
	return (
		<label class="insp-field insp-field-short">
			<span>{label}</span>
			<input
				type="number"
				min="1"
				required
				value={value}
				onInput={(event) => {
					const next = event.currentTarget.valueAsNumber;
					if (Number.isInteger(next) && next > 0) give(next);
				}}
			/>
		</label>
	);
}
