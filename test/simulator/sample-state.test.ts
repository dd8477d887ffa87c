import {describe, expect, test} from 'vitest';
import {sampleBlocks} from '../../simulator/page/sample/sample-blocks.ts';
import {initialValues, missingIn, suggestionsFor, valuesAfter} from '../../simulator/page/sample/sample-state.ts';
import type {Given, ShownValues} from '../../simulator/page/surface.ts';

const {modal} = sampleBlocks;
const files = [{id: 'F0000000001', name: 'one.sql', size: 9}];

function after(blockId: string, actionId: string, value: Given, values: ShownValues = {}): unknown {
	return valuesAfter(values, modal, {blockId, actionId, value, files})[blockId]?.[actionId];
}

describe('the state of the sample', () => {
	test('starts with what the elements say', () => {
		const values = initialValues(modal);
		expect(values['input-decimal']?.['decimal']).toEqual({type: 'number_input', value: '2.5'});
		expect(values['input-date']?.['date']).toEqual({type: 'datepicker', selected_date: '2026-11-23'});
		expect(values['input-script']?.['script']).toEqual({type: 'file_input', files: []});
	});

	test.each<{readonly block: string; readonly action: string; readonly value: Given; readonly state: unknown}>([
		{block: 'input-line', action: 'line', value: 'MR-42', state: {type: 'plain_text_input', value: 'MR-42'}},
		{
			block: 'input-static',
			action: 'static',
			value: 'billing',
			state: expect.objectContaining({selected_option: expect.objectContaining({value: 'billing'})}),
		},
		{
			block: 'input-many-external',
			action: 'many-external',
			value: ['add-region', 'add-orders'],
			state: expect.objectContaining({
				selected_options: [
					expect.objectContaining({value: 'add-region'}),
					expect.objectContaining({value: 'add-orders'}),
				],
			}),
		},
		{
			block: 'input-script',
			action: 'script',
			value: ['F0000000001'],
			state: {type: 'file_input', files},
		},
		{
			block: 'input-moment',
			action: 'moment',
			value: 1_795_000_000,
			state: expect.objectContaining({selected_date_time: 1_795_000_000}),
		},
	])('takes what is given to $action', ({block, action, value, state}) => {
		expect(after(block, action, value)).toEqual(state);
	});

	test('stays as it is when a button is pressed', () => {
		const values = initialValues(modal);
		expect(valuesAfter(values, modal, {blockId: 'buttons', actionId: 'button-plain', value: null, files: []})).toBe(
			values,
		);
	});

	test('refuses an option that is not offered', () => {
		expect(() => after('input-static', 'static', 'nowhere')).toThrow('There is no option nowhere');
	});

	test('misses what has to be filled in, until it is', () => {
		const values = initialValues(modal);
		expect(Object.keys(missingIn(modal, values))).toEqual(['input-line', 'input-lines', 'input-email', 'input-script']);
		const filled = valuesAfter(values, modal, {blockId: 'input-line', actionId: 'line', value: 'MR-42', files: []});
		expect(missingIn(modal, filled)).not.toHaveProperty('input-line');
	});

	test('finds suggestions by a part of their text', () => {
		expect(suggestionsFor('REGION').map((each) => each['value'])).toEqual(['add-region', 'index-orders-by-region']);
		expect(suggestionsFor('nothing like it')).toEqual([]);
	});
});
