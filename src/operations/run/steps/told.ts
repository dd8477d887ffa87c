import {outsideWords} from '../../../domain/outside-words.ts';
import {visibleText} from '../../../domain/script/hidden-text.ts';

/** Characters of one sentence. */
const longest = 400;

/** A sentence about objects, for one of Lockstep's own: their names and definitions are whatever somebody wrote. */
export function told(sentence: string): string {
	const text = visibleText(sentence.replaceAll(/\s+/gu, ' '));
	return outsideWords(text.length <= longest ? text : `${text.slice(0, longest)}…`);
}
