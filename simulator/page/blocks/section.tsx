import type {ComponentChild} from 'preact';
import {useId} from 'preact/hooks';
import {objectField, objectsField, textField} from '../../json.ts';
import type {Json, Surface} from '../surface.ts';
import {Element} from './element.tsx';
import {TextObject} from './mrkdwn.tsx';
import {placeholderOf} from './label-text.ts';

/** Text, fields in two columns, and one element beside them. */
export function Section({block, surface}: {readonly block: Json; readonly surface: Surface}): ComponentChild {
	const id = useId();
	const fields = objectsField(block, 'fields');
	const accessory = objectField(block, 'accessory');
	const label = accessory === undefined || placeholderOf(accessory) !== undefined ? '' : shortText(block);
	return (
		<div class="block-section">
			<div class="block-section-text">
				{block['text'] !== undefined && <TextObject text={block['text']} surface={surface} />}
				{fields.length > 0 && (
					<div class="block-fields">
						{fields.map((field, index) => (
							<TextObject key={index} text={field} surface={surface} />
						))}
					</div>
				)}
			</div>
			{accessory !== undefined && (
				<div class="block-accessory">
					<Element
						key={`${textField(accessory, 'type') ?? ''} ${textField(accessory, 'action_id') ?? ''}`}
						element={accessory}
						place={{
							surface,
							blockId: textField(block, 'block_id') ?? '',
							input: false,
							dispatches: false,
							optional: false,
							...(label === '' ? {} : {label}),
							controlId: id,
							invalid: false,
						}}
					/>
				</div>
			)}
		</div>
	);
}

/** The beginning of the text without its marks: what an element beside it is called where it says nothing itself. */
function shortText(block: Json): string {
	const text = textField(block['text'], 'text') ?? textField(objectsField(block, 'fields')[0], 'text') ?? '';
	const plain = text.replaceAll(/<[^<>|]*\|([^<>]*)>/g, '$1').replaceAll(/[*_~`<>]/g, '');
	return plain.split('\n')[0]?.slice(0, 80).trim() ?? '';
}
