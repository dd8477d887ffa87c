import type {ComponentChild} from 'preact';
import {useId} from 'preact/hooks';
import {objectField, textField} from '../../json.ts';
import type {Json, Surface} from '../surface.ts';
import {Element} from './element.tsx';
import type {Place} from './place.ts';
import {labelText} from './label-text.ts';
import {PlainLabel} from './plain-label.tsx';

/** A field of a form: label, element, hint, error. */
export function InputBlock({block, surface}: {readonly block: Json; readonly surface: Surface}): ComponentChild {
	const id = useId();
	const element = objectField(block, 'element') ?? {};
	const blockId = textField(block, 'block_id') ?? '';
	const optional = block['optional'] === true;
	const error = surface.errors[blockId];
	const hint = objectField(block, 'hint');
	const described = [hint === undefined ? '' : `${id}-hint`, error === undefined ? '' : `${id}-error`].filter(Boolean);
	const place: Place = {
		surface,
		blockId,
		input: true,
		dispatches: block['dispatch_action'] === true,
		optional,
		label: labelText(objectField(block, 'label')),
		controlId: id,
		...(described.length === 0 ? {} : {describedBy: described.join(' ')}),
		invalid: error !== undefined,
	};
	const label = (
		<>
			<PlainLabel text={objectField(block, 'label')} />
			{optional && <span class="block-optional"> (optional)</span>}
		</>
	);
	const grouped = element['type'] === 'checkboxes' || element['type'] === 'radio_buttons';
	return (
		<div class={`block-input ${error === undefined ? '' : 'block-input-wrong'}`}>
			{grouped ? (
				// The fieldset has the same words as its legend.
				<div class="block-label" aria-hidden="true">
					{label}
				</div>
			) : (
				<label class="block-label" for={id}>
					{label}
				</label>
			)}
			<Element
				key={`${textField(element, 'type') ?? ''} ${textField(element, 'action_id') ?? ''}`}
				element={element}
				place={place}
			/>
			{error !== undefined && (
				<p id={`${id}-error`} class="block-error">
					{error}
				</p>
			)}
			{hint !== undefined && (
				<p id={`${id}-hint`} class="block-hint">
					<PlainLabel text={hint} />
				</p>
			)}
		</div>
	);
}
