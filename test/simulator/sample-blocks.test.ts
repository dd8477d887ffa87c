import {describe, expect, test} from 'vitest';
import {isObject} from '../../simulator/json.ts';
import {checkBlocks} from '../../simulator/limits/blocks.ts';
import {accessories, actionsElements, inputElements, modalInputElements} from '../../simulator/limits/elements.ts';
import {checkMessage} from '../../simulator/limits/message.ts';
import {problemsOf} from '../../simulator/limits/problems.ts';
import {checkView} from '../../simulator/limits/view.ts';
import {sampleBlocks, sampleHome, sampleModal} from '../../simulator/page/sample/sample-blocks.ts';

/** Every type that stands anywhere in the blocks, elements and their parts included. */
function typesIn(value: unknown): readonly string[] {
	if (Array.isArray(value)) return value.flatMap(typesIn);
	if (!isObject(value)) return [];
	const own = typeof value['type'] === 'string' ? [value['type']] : [];
	return [...own, ...Object.values(value).flatMap(typesIn)];
}

/** Where each element stands: `actions`, `accessory` or `input`, with its type. */
function placesIn(blocks: readonly unknown[]): readonly string[] {
	return blocks
		.filter(isObject)
		.flatMap((block) => [
			...(block['type'] === 'actions' ? typesIn(block['elements']).map((type) => `actions ${type}`) : []),
			...(block['type'] === 'input' ? typesIn(block['element']).map((type) => `input ${type}`) : []),
			...typesIn(block['accessory']).map((type) => `accessory ${type}`),
		]);
}

/** What simulator/limits/blocks.ts lets stand in a message, a modal or both. */
const blockTypes = [
	'actions',
	'context',
	'divider',
	'header',
	'image',
	'input',
	'rich_text',
	'section',
	'video',
	'markdown',
	'table',
];

describe('the sample of blocks', () => {
	test('is a message that Slack takes', () => {
		expect(() => checkMessage({text: 'A sample', blocks: sampleBlocks.message}, 'post')).not.toThrow();
		expect(checkBlocks(sampleBlocks.message, 'message')).toEqual([]);
	});

	test('is a modal that Slack takes', () => {
		expect(() => checkView(sampleModal)).not.toThrow();
		expect(checkBlocks(sampleBlocks.modal, 'modal')).toEqual([]);
	});

	test('is a home that Slack takes', () => {
		expect(problemsOf('home', sampleHome)).toEqual([]);
	});

	test.each(blockTypes)('has a block of type %s', (type) => {
		const blocks = [...sampleBlocks.message, ...sampleBlocks.modal, ...sampleBlocks.home];
		expect(blocks.map((each) => each['type'])).toContain(type);
	});

	test.each(Object.keys(actionsElements))('has %s in an actions block of every surface', (type) => {
		for (const blocks of Object.values(sampleBlocks)) expect(placesIn(blocks)).toContain(`actions ${type}`);
	});

	test.each(Object.keys(accessories))('has %s beside a section in a message and a home', (type) => {
		for (const kind of ['message', 'home'] as const) {
			expect(placesIn(sampleBlocks[kind])).toContain(`accessory ${type}`);
		}
	});

	test.each(Object.keys(modalInputElements))('has %s in an input block of the modal', (type) => {
		expect(placesIn(sampleBlocks.modal)).toContain(`input ${type}`);
	});

	test('has fields to write in on a message, but files only in the modal', () => {
		expect(inputElements).not.toHaveProperty('file_input');
		expect(placesIn(sampleBlocks.message)).toContain('input plain_text_input');
		expect(typesIn(sampleBlocks.message)).not.toContain('file_input');
	});
});
