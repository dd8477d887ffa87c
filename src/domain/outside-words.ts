/**
 * Words from outside (a name, a script, what somebody typed) for a sentence of Lockstep's own: whoever shows the sentence
 * takes its mentions and dates for Lockstep's, so those of the words are taken apart with an invisible U+2060 WORD JOINER.
 */
export function outsideWords(text: string): string {
	return text.replaceAll(/<(?=[@!#])/gu, '<\u2060');
}
