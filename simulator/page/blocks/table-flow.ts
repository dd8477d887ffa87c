import {isObject, objectsField, textField} from '../../json.ts';
import type {Json} from '../surface.ts';
import {withEmoji} from './emoji.ts';
import type {Flow} from './flow.ts';
import {richTextFlow} from './rich-text-flow.ts';

/** A table block as a table; its first row is the head (Slack: "Table block"). */
export function tableFlow(block: Json): Flow & {readonly kind: 'table'} {
	const rows = Array.isArray(block['rows']) ? (block['rows'] as readonly unknown[]) : [];
	return {
		kind: 'table',
		aligns: objectsField(block, 'column_settings').map((each) => alignOf(each)),
		rows: rows.map((row) => (Array.isArray(row) ? row.filter(isObject).map(cellFlow) : [])),
	};
}

function cellFlow(cell: Json): readonly Flow[] {
	if (cell['type'] === 'rich_text') return richTextFlow(cell);
	return [{kind: 'line', children: withEmoji(textField(cell, 'text') ?? '')}];
}

function alignOf(settings: Json): 'left' | 'center' | 'right' {
	const align = settings['align'];
	return align === 'center' || align === 'right' ? align : 'left';
}
