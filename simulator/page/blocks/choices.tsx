import type {ComponentChild} from 'preact';
import {useId} from 'preact/hooks';
import {objectsField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {ElementFrame} from './element-frame.tsx';
import {chosenIn, guessedState} from './element-view.ts';
import {TextObject} from './mrkdwn.tsx';
import {nameOf} from './place.ts';
import type {Place} from './place.ts';
import {useFocusOnLoad} from './use-focus-on-load.ts';
import {useGiving} from './use-giving.tsx';

type Parts = {readonly element: Json; readonly place: Place};

/** Checkboxes: any number of options. */
export function Checkboxes({element, place}: Parts): ComponentChild {
	const giving = useGiving(place, element);
	const chosen = chosenIn(giving.state);
	const set = (value: string, on: boolean): void => {
		const next = objectsField(element, 'options')
			.map(valueOf)
			.filter((each) => (each === value ? on : chosen.includes(each)));
		void giving.give(next, guessedState(element, next));
	};
	return (
		<ElementFrame giving={giving} wide>
			<Choices element={element} place={place} type="checkbox" chosen={chosen} busy={giving.busy} set={set} />
		</ElementFrame>
	);
}

/** Radio buttons: one option. */
export function RadioButtons({element, place}: Parts): ComponentChild {
	const giving = useGiving(place, element);
	const set = (value: string): void => void giving.give(value, guessedState(element, value));
	return (
		<ElementFrame giving={giving} wide>
			<Choices
				element={element}
				place={place}
				type="radio"
				chosen={chosenIn(giving.state)}
				busy={giving.busy}
				set={set}
			/>
		</ElementFrame>
	);
}

function Choices({
	element,
	place,
	type,
	chosen,
	busy,
	set,
}: Parts & {
	readonly type: 'checkbox' | 'radio';
	readonly chosen: readonly string[];
	readonly busy: boolean;
	readonly set: (value: string, on: boolean) => void;
}): ComponentChild {
	const id = useId();
	const group = useFocusOnLoad<HTMLFieldSetElement>(place, element);
	return (
		<fieldset
			ref={group}
			class="el-choices"
			aria-busy={busy}
			{...(type === 'radio' ? {role: 'radiogroup', 'aria-required': place.input && !place.optional} : {})}
			{...(place.describedBy === undefined ? {} : {'aria-describedby': place.describedBy})}
		>
			<legend class="el-hidden">{nameOf(place, element)}</legend>
			{objectsField(element, 'options').map((option, index) => (
				<div key={valueOf(option)} class="el-choice">
					<input
						id={`${id}-${index}`}
						type={type}
						name={id}
						checked={chosen.includes(valueOf(option))}
						aria-invalid={place.invalid}
						aria-disabled={busy && !place.input}
						{...(option['description'] === undefined ? {} : {'aria-describedby': `${id}-${index}-more`})}
						onChange={(event) => {
							const on = event.currentTarget.checked;
							// What is shown follows the state alone: while busy, or when the dialog says no, nothing changes.
							event.currentTarget.checked = chosen.includes(valueOf(option));
							set(valueOf(option), on);
						}}
					/>
					<label for={`${id}-${index}`}>
						<TextObject text={option['text']} surface={place.surface} />
					</label>
					{option['description'] !== undefined && (
						<div id={`${id}-${index}-more`} class="el-choice-more">
							<TextObject text={option['description']} surface={place.surface} />
						</div>
					)}
				</div>
			))}
		</fieldset>
	);
}

function valueOf(option: Json): string {
	return textField(option, 'value') ?? '';
}
