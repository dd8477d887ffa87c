import {nameToEmoji} from 'gemoji';
import type {Inline} from './flow.ts';

/** Names that Slack knows and gemoji does not. */
const slackOnly: Readonly<Record<string, string>> = {
	black_circle_for_record: '⏺️',
	black_square_for_stop: '⏹️',
	double_vertical_bar: '⏸️',
	face_palm: '🤦',
	face_with_rolling_eyes: '🙄',
	hugging_face: '🤗',
	large_brown_circle: '🟤',
	large_brown_square: '🟫',
	large_green_circle: '🟢',
	large_green_square: '🟩',
	large_orange_circle: '🟠',
	large_orange_square: '🟧',
	large_purple_circle: '🟣',
	large_purple_square: '🟪',
	large_red_square: '🟥',
	large_blue_square: '🟦',
	large_yellow_circle: '🟡',
	large_yellow_square: '🟨',
	male_technologist: '👨‍💻',
	'male-technologist': '👨‍💻',
	'female-technologist': '👩‍💻',
	octagonal_sign: '🛑',
	reversed_hand_with_middle_finger_extended: '🖕',
	simple_smile: '🙂',
	thinking_face: '🤔',
	white_frowning_face: '☹️',
	zipper_mouth_face: '🤐',
};

/** Slack's skin-tone-2 … 6 are Fitzpatrick's types (Unicode: U+1F3FB … U+1F3FF). */
const lightestTone = 0x1f3fb;

/** The character of an emoji by Slack's name, without colons; undefined where there is none. */
export function emojiNamed(name: string, variation?: string): string | undefined {
	const character = lookUp(name);
	const tone = /^skin-tone-([2-6])$/.exec(variation ?? '')?.[1];
	if (character === undefined || tone === undefined) return character;
	return character.replace('\uFE0F', '') + String.fromCodePoint(lightestTone + Number(tone) - 2);
}

/** A text in which `:names:` of emoji stand, as parts; other colons stay as they are. */
export function withEmoji(text: string): readonly Inline[] {
	const parts: Inline[] = [];
	let plain = '';
	let at = 0;
	const pattern = /:([a-z0-9_+-]{1,60}):(?::(skin-tone-[2-6]):)?/giy;
	while (at < text.length) {
		const colon = text.indexOf(':', at);
		if (colon === -1) break;
		plain += text.slice(at, colon);
		pattern.lastIndex = colon;
		const [whole = ':', name = '', variation] = pattern.exec(text) ?? [];
		const character = name === '' ? undefined : emojiNamed(name.toLowerCase(), variation);
		if (character === undefined) {
			// Only the colon is used up: the next one may open a name (`10:30:rocket:`).
			plain += ':';
			at = colon + 1;
			continue;
		}
		if (plain !== '') parts.push({kind: 'text', text: plain});
		plain = '';
		parts.push({kind: 'emoji', name, character});
		at = colon + whole.length;
	}
	plain += text.slice(at);
	if (plain !== '') parts.push({kind: 'text', text: plain});
	return parts;
}

function lookUp(name: string): string | undefined {
	if (Object.hasOwn(slackOnly, name)) return slackOnly[name];
	if (Object.hasOwn(nameToEmoji, name)) return nameToEmoji[name];
	const flag = /^flag-([a-z])([a-z])$/.exec(name);
	if (flag === null) return undefined;
	const [, first = '', second = ''] = flag;
	return [first, second].map((each) => String.fromCodePoint(0x1f1e6 + each.charCodeAt(0) - 97)).join('');
}
