import type {ComponentChild} from 'preact';
import {textField} from '../../json.ts';
import type {Given, Json} from '../surface.ts';
import {secondsOf, wallTime} from './dates.ts';
import {ElementFrame} from './element-frame.tsx';
import {guessedState} from './element-view.ts';
import {controlAttributes} from './place.ts';
import type {Place} from './place.ts';
import {useDraft} from './use-draft.ts';
import {useFocusOnLoad} from './use-focus-on-load.ts';
import {useGiving} from './use-giving.tsx';

/** Milliseconds: a date typed by hand is whole several times before it is meant. */
const pause = 900;

const inputTypes: Readonly<Record<string, 'date' | 'time' | 'datetime-local'>> = {
	datepicker: 'date',
	timepicker: 'time',
	datetimepicker: 'datetime-local',
};

/** datepicker, timepicker, and datetimepicker in the reader's time zone. */
export function Picker({element, place}: {readonly element: Json; readonly place: Place}): ComponentChild {
	const giving = useGiving(place, element);
	const type = textField(element, 'type') ?? '';
	const zone = type === 'timepicker' ? (textField(element, 'timezone') ?? '') : zoneOf(type, place);
	const draft = useDraft({
		surfaceId: place.surface.id,
		rollsBack: !place.input,
		known: shown(type, giving.state, place),
		pause,
		give: async (text) => {
			const value = givenOf(type, text, place);
			return giving.give(value, guessedState(element, value));
		},
	});
	const control = useFocusOnLoad<HTMLInputElement>(place, element);
	return (
		<ElementFrame giving={giving}>
			<input
				ref={control}
				{...controlAttributes(place, element)}
				class="el-input el-picker"
				type={inputTypes[type] ?? 'date'}
				value={draft.text}
				onInput={(event) => draft.type(event.currentTarget.value)}
				onBlur={() => draft.send()}
				onKeyDown={(event) => {
					if (event.key === 'Enter') draft.send();
				}}
			/>
			{zone !== '' && <p class="el-zone">{zone}</p>}
		</ElementFrame>
	);
}

function zoneOf(type: string, {surface}: Place): string {
	return type === 'datetimepicker' ? surface.directory.me.timeZone : '';
}

function shown(type: string, state: Json | undefined, {surface}: Place): string {
	if (type === 'datepicker') return textField(state, 'selected_date') ?? '';
	if (type === 'timepicker') return textField(state, 'selected_time') ?? '';
	const seconds = state?.['selected_date_time'];
	return typeof seconds === 'number' ? wallTime(seconds, surface.directory.me.timeZone) : '';
}

function givenOf(type: string, text: string, {surface}: Place): Given {
	if (text === '') return null;
	return type === 'datetimepicker' ? (secondsOf(text, surface.directory.me.timeZone) ?? null) : text;
}
