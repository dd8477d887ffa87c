import fc from 'fast-check';
import {expect, test} from 'vitest';
import {offsetsOf} from '../../../src/adapters/sql/offsets.ts';

const character = fc.constantFrom('a', ' ', 'é', '€', '😀', '\u{200b}');

test('indexes and bytes of any text answer to each other', () => {
	fc.assert(
		fc.property(fc.array(character, {maxLength: 2000}), (characters) => {
			const offsets = offsetsOf(characters.join(''));
			let [index, byte] = [0, 0];
			for (const item of characters) {
				expect([offsets.byteAt(index), offsets.indexAt(byte)]).toEqual([byte, index]);
				index += item.length;
				byte += Buffer.byteLength(item);
			}
			expect([offsets.byteAt(index), offsets.indexAt(byte)]).toEqual([byte, index]);
		}),
		{
			numRuns: 40,
			examples: [
				[Array.from({length: 3000}, () => '😀')],
				[Array.from({length: 3000}, (_item, at) => (at % 2 === 0 ? 'a' : '😀'))],
			],
		},
	);
});
