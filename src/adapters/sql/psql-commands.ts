import type {ScriptFault} from '../../domain/script/parsed-script.ts';
import type {PsqlSyntax} from './psql-scan.ts';
import {faultAt, textBetween, toldFaults} from './script-fault.ts';
import type {Source} from './source.ts';

/**
 * What psql would not hand to the server: backslash commands (`\!` runs a shell) and variables (`:name`). psql replaces a
 * variable only where it is set; which ones are set depends on the machine, so every reference counts.
 */
export function psqlFaults(found: readonly PsqlSyntax[], source: Source): readonly ScriptFault[] {
	return found.slice(0, toldFaults + 1).map((syntax) => {
		const text = textBetween(source, syntax.start, Math.min(syntax.end, syntax.start + longestText));
		return faultAt(source, syntax.start, 'psql-command', {text, ...wordsOf(syntax, text)});
	});
}

/** In bytes. */
const longestText = 200;

function wordsOf({kind}: PsqlSyntax, text: string): Pick<ScriptFault, 'message' | 'remedy'> {
	if (kind === 'variable') {
		return {
			message: `\`${text}\` is a variable to psql, which may put another text in its place.`,
			remedy: 'Write the value itself.',
		};
	}
	const name = /^\\\S{0,20}/u.exec(text)?.[0] ?? text;
	return {
		message: `\`${name}\` is a command to psql itself, which can run programs, read files or change what follows.`,
		remedy: 'Take it out: only SQL is run.',
	};
}
