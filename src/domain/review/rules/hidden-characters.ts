import {objectToFaults} from '../fault-objections.ts';
import type {Rule} from '../rule.ts';

/** "Trojan Source: Invisible Vulnerabilities" (CVE-2021-42574). */
export const hiddenCharacters: Rule = {
	id: 'hidden-characters',
	item: null,
	waivable: false,
	severity: 'blocker; notice inside a string literal',
	why: 'With characters that nobody sees, code looks like a comment, a name like another name, and the approvers read something else than what runs.',
	example: {
		of: 'migration',
		sql: 'ALTER TABLE orders ADD COLUMN "note\u{200b}" text;',
		instead: 'ALTER TABLE orders ADD COLUMN "note" text;',
	},
	check: (context) => [
		...objectToFaults(context, 'hidden-character', 'blocker'),
		...objectToFaults(context, 'hidden-character-in-literal', 'notice'),
	],
};
