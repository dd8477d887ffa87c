import type {Node} from 'libpg-query';
import {fieldsOf, listOf, tagOf} from './tree.ts';

/** CASCADE on what is dropped or emptied: DROP of anything, TRUNCATE, ALTER TABLE … DROP, ALTER DOMAIN … DROP. */
export function cascades(node: Node): boolean {
	const commands = listOf(fieldsOf(node, 'AlterTableStmt')?.cmds, 'AlterTableCmd');
	if (commands.some(({subtype, behavior}) => subtype?.startsWith('AT_Drop') === true && behavior === 'DROP_CASCADE')) {
		return true;
	}
	const isDrop = /^(?:Drop|Truncate)/u.test(tagOf(node)) || fieldsOf(node, 'AlterDomainStmt')?.subtype === 'X';
	const fields: unknown = Object.values(node)[0];
	const isRecord = typeof fields === 'object' && fields !== null && 'behavior' in fields;
	return isDrop && isRecord && fields.behavior === 'DROP_CASCADE';
}
