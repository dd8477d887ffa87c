import type {ComponentChild} from 'preact';
import {textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {Button, WorkflowButton} from './button.tsx';
import {Checkboxes, RadioButtons} from './choices.tsx';
import {FileInput} from './file-input.tsx';
import {Overflow} from './overflow.tsx';
import {Picker} from './pickers.tsx';
import {Picture} from './picture.tsx';
import type {Place} from './place.ts';
import {Select} from './select.tsx';
import {TextInput} from './text-inputs.tsx';

/** Any element that stands in an actions, input or section block. */
export function Element({element, place}: {readonly element: Json; readonly place: Place}): ComponentChild {
	const type = textField(element, 'type') ?? '';
	switch (type) {
		case 'button':
			return <Button element={element} place={place} />;
		case 'workflow_button':
			return <WorkflowButton element={element} />;
		case 'overflow':
			return <Overflow element={element} place={place} />;
		case 'checkboxes':
			return <Checkboxes element={element} place={place} />;
		case 'radio_buttons':
			return <RadioButtons element={element} place={place} />;
		case 'datepicker':
		case 'timepicker':
		case 'datetimepicker':
			return <Picker element={element} place={place} />;
		case 'plain_text_input':
		case 'email_text_input':
		case 'url_text_input':
		case 'number_input':
		case 'rich_text_input':
			return <TextInput element={element} place={place} />;
		case 'file_input':
			return <FileInput element={element} place={place} />;
		case 'image':
			return <Picture image={element} looks="el-image" />;
		default:
			if (/^(multi_)?(static|external|users|conversations|channels)_select$/.test(type)) {
				return <Select element={element} place={place} />;
			}
			return <span class="block-unknown">Element of type “{type}”</span>;
	}
}
