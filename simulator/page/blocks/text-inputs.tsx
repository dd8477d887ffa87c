import type {ComponentChild} from 'preact';
import {useId} from 'preact/hooks';
import {objectField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {ElementFrame} from './element-frame.tsx';
import {guessedState, textIn} from './element-view.ts';
import {controlAttributes} from './place.ts';
import type {Place} from './place.ts';
import {placeholderOf} from './label-text.ts';
import {richTextAsText} from './rich-text-flow.ts';
import {useDraft} from './use-draft.ts';
import {useFocusOnLoad} from './use-focus-on-load.ts';
import {useGiving} from './use-giving.tsx';

/** Milliseconds without a key after which a text is sent. */
const pause = 300;

const inputTypes: Readonly<Record<string, 'email' | 'url'>> = {email_text_input: 'email', url_text_input: 'url'};

/** plain_text_input, email_text_input, url_text_input, number_input and rich_text_input (as plain text). */
export function TextInput({element, place}: {readonly element: Json; readonly place: Place}): ComponentChild {
	const giving = useGiving(place, element);
	const type = textField(element, 'type') ?? '';
	const rich = type === 'rich_text_input';
	const onEnter = place.dispatches && !triggersOn(element, 'on_character_entered');
	const draft = useDraft({
		surfaceId: place.surface.id,
		rollsBack: !place.input,
		known: rich ? richTextAsText(giving.state?.['rich_text_value']) : textIn(giving.state),
		// An input that tells the app on Enter keeps quiet until then.
		pause: onEnter ? undefined : pause,
		give: async (text) => giving.give(text, guessedState(element, text)),
	});
	const control = useFocusOnLoad<HTMLInputElement & HTMLTextAreaElement>(place, element);
	const counterId = useId();
	const counter = counterOf(element, draft.text);
	const base = controlAttributes(place, element);
	const described = [base['aria-describedby'], counter === undefined ? undefined : counterId].filter(Boolean).join(' ');
	const attributes = {
		...base,
		...(described === '' ? {} : {'aria-describedby': described}),
		...(counter?.wrong === true ? {'aria-invalid': true} : {}),
		ref: control,
		class: 'el-input',
		dir: 'auto',
		value: draft.text,
		placeholder: placeholderOf(element) ?? '',
		onInput: (event: Event & {readonly currentTarget: HTMLInputElement | HTMLTextAreaElement}) =>
			draft.type(event.currentTarget.value),
		onBlur: () => {
			if (!onEnter) draft.send();
		},
		onKeyDown: (event: KeyboardEvent) => {
			const line = !rich && element['multiline'] !== true;
			if (event.key !== 'Enter' || event.isComposing || (!line && !event.ctrlKey && !event.metaKey)) return;
			draft.send();
			if (onEnter) event.preventDefault();
		},
	} as const;
	return (
		<ElementFrame giving={giving} wide>
			{rich || element['multiline'] === true ? (
				<textarea {...attributes} rows={rich ? 4 : 3} />
			) : (
				<input
					{...attributes}
					{...typeOf(type)}
					autocomplete="off"
					{...(type === 'number_input'
						? {inputMode: element['is_decimal_allowed'] === true ? ('decimal' as const) : ('numeric' as const)}
						: {})}
				/>
			)}
			{counter !== undefined && (
				<p id={counterId} class={`el-counter ${counter.wrong ? 'el-counter-wrong' : ''}`}>
					{counter.text}
				</p>
			)}
		</ElementFrame>
	);
}

/** The types of an input differ by more than the one word to the checker; these three take the same attributes. */
function typeOf(type: string): {readonly type: 'text'} {
	return {type: (inputTypes[type] ?? 'text') as 'text'};
}

/** How long the text is and may be; undefined where the element sets no bounds. */
function counterOf(element: Json, text: string): {readonly text: string; readonly wrong: boolean} | undefined {
	const least = element['min_length'];
	const most = element['max_length'];
	if (typeof most === 'number') {
		const short = typeof least === 'number' && text.length > 0 && text.length < least;
		const note = short ? `, at least ${least}` : '';
		return {text: `${text.length} / ${most}${note}`, wrong: text.length > most};
	}
	if (typeof least !== 'number' || least === 0) return undefined;
	return {text: `${text.length}, at least ${least}`, wrong: false};
}

/** Slack tells the app on Enter where nothing else is said ("Dispatch action configuration"). */
function triggersOn(element: Json, what: string): boolean {
	const on = objectField(element, 'dispatch_action_config')?.['trigger_actions_on'];
	return Array.isArray(on) && on.includes(what);
}
