/**
 * Control and format characters, line and paragraph separators, lone surrogates; then letters that show as nothing at all.
 * A terminal would obey the first, and nobody would see the others.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0]/gu;

/** `##[…]` and `##vso[…]`: Azure Pipelines and GitHub's runner obey them wherever they stand in a line of the log. */
const logCommand = /##(?=\w*\[)/gu;

/**
 * A text from a script, on one line and safe to print: what cannot be seen is written as `\u{202e}`, line ends too.
 */
export function visible(text: string): string {
	return text.replaceAll(unseen, escaped).replaceAll(logCommand, String.raw`#\u{23}`);
}

/** JSON of the value, in which no character moves a terminal or a build's log; reading it gives back the very same value. */
export function visibleJson(value: unknown): string {
	return JSON.stringify(value)
		.replaceAll(unseen, (character) =>
			Array.from({length: character.length}, (_, index) => unitText(character.charCodeAt(index))).join(''),
		)
		.replaceAll(logCommand, String.raw`#\u0023`);
}

function escaped(character: string): string {
	return String.raw`\u{` + (character.codePointAt(0) ?? 0).toString(16) + '}';
}

function unitText(unit: number): string {
	return String.raw`\u` + unit.toString(16).padStart(4, '0');
}
