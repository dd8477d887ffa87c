import {refuse, type Refusal} from '../../domain/refusal.ts';
import type {ParsedScript, ScriptStatement, SettingChange} from '../../domain/script/parsed-script.ts';

/**
 * What makes psql and the server read the bytes that follow differently from this parser, so that a statement could run
 * that nobody reviewed. The harmless values, as they stand at the head of dumped schemas, pass.
 */
export function refuseDifferentials(script: ParsedScript): Refusal | null {
	for (const statement of script.statements) {
		const setting = statement.settings.find((change) => changesReading(change));
		if (setting !== undefined) return refuseAt(statement, settingSentence(setting));
		if (copiesFromStdin(statement)) {
			return refuseAt(
				statement,
				'COPY … FROM STDIN makes psql take the lines that follow for data. Write INSERT statements',
			);
		}
	}
	return null;
}

/** COPY FROM that names neither a program nor a file. */
function copiesFromStdin({changes, powers}: ScriptStatement): boolean {
	const copies = changes.some((change) => change.kind === 'data-change' && change.operation === 'copy');
	return copies && !powers.some(({kind}) => kind === 'program' || kind === 'server-file');
}

const harmlessValues: Readonly<Record<string, RegExp>> = {
	standard_conforming_strings: /^(?:on|true|yes|1)$/iu,
	backslash_quote: /^safe_encoding$/iu,
	client_encoding: /^(?:utf-?8|unicode)$/iu,
};

function changesReading({name, action, value}: SettingChange): boolean {
	const harmless = harmlessValues[name];
	if (harmless === undefined || action !== 'set') return false;
	return value === null || !harmless.test(value);
}

function settingSentence({name, value}: SettingChange): string {
	const to = value === null ? 'to a value that is only known when it runs' : `to ${value}`;
	return `${name} is set ${to}: psql and the server would read the rest of the script differently from its review. Take it out`;
}

function refuseAt(statement: ScriptStatement, sentence: string): Refusal {
	const {line, column} = statement.place;
	return refuse('script-parser-differential', `Line ${line}, column ${column}: ${sentence}.`);
}
