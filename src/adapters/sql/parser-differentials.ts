import type {ScriptFault, ScriptStatement, SettingChange} from '../../domain/script/parsed-script.ts';
import {visibleText} from '../../domain/script/hidden-text.ts';
import {firstAtOrAfter} from './parse-pieces.ts';
import type {ByteRange, PsqlScan} from './psql-scan.ts';
import {excerptAt, faultAt, toldFaults} from './script-fault.ts';
import type {Source} from './source.ts';

/*
 * What makes psql or the server read the bytes otherwise than this parser, so that a statement could run that nobody
 * reviewed.
 */

/** NUL bytes: psql drops what follows on the line, PostgreSQL's parser what follows in the file. */
export function nulFaults(source: Source): readonly ScriptFault[] {
	const {bytes} = source;
	const faults: ScriptFault[] = [];
	for (let at = bytes.indexOf(0); at !== -1 && faults.length <= toldFaults; at = bytes.indexOf(0, at)) {
		faults.push(
			faultAt(source, at, 'parser-differential', {
				text: excerptAt(source, at),
				message:
					'A NUL byte ends the line for psql and the text for a parser: what follows it may run unread, or not at all.',
				remedy: 'Save the file as plain UTF-8 text.',
			}),
		);
		while (bytes[at] === 0) at += 1;
	}
	return faults;
}

/**
 * Literals that psql ends elsewhere than the server, and the first statement that does not end for psql where it ends for
 * the parser: from there on they disagree anyway.
 *
 * @param statements What the parser could read, in the order of the file.
 */
export function lexerFaults(scan: PsqlScan, statements: readonly ByteRange[], source: Source): readonly ScriptFault[] {
	const split = scan.splitLiterals.slice(0, toldFaults + 1).map((offset) => ({
		offset,
		message: "psql takes what goes on here for a literal without escapes, the server for the rest of an E'' literal.",
	}));
	const places = split.length > 0 ? split : firstStrayEnd(scan, statements, source.bytes.length);
	return places.map(({offset, message}) =>
		faultAt(source, offset, 'parser-differential', {
			text: excerptAt(source, offset),
			message,
			remedy: 'Write it in another way: a literal on one line, a body between dollar quotes.',
		}),
	);
}

interface LexerPlace {
	readonly offset: number;
	readonly message: string;
}

function firstStrayEnd(
	{ends, joints}: PsqlScan,
	statements: readonly ByteRange[],
	fileEnd: number,
): readonly LexerPlace[] {
	const joined = new Set(joints);
	for (const {start, end} of statements) {
		const next = ends[firstAtOrAfter(ends, start)];
		if (next !== undefined && next < end) {
			return [{offset: next, message: 'psql sends what stands before this semicolon as a statement of its own.'}];
		}
		if (next !== end && end < fileEnd && !joined.has(end)) {
			return [{offset: end, message: 'psql sends this statement together with the ones that follow.'}];
		}
	}
	return [];
}

/** Settings that change how literals and characters are read, and data between the statements. */
export function readingFaults(statements: readonly ScriptStatement[], source: Source): readonly ScriptFault[] {
	return statements.flatMap((statement) => {
		const sentence = readingSentence(statement);
		if (sentence === null) return [];
		const {place, guard, text} = statement;
		const offset = source.lineStarts[place.line - 1] ?? 0;
		const shown = visibleText(text.slice(0, 300));
		return [{...faultAt(source, offset, 'parser-differential', {text: shown, ...sentence}, guard), place}];
	});
}

function readingSentence(statement: ScriptStatement): Pick<ScriptFault, 'message' | 'remedy'> | null {
	const setting = statement.settings.find((change) => changesReading(change));
	if (setting !== undefined) return settingSentence(setting);
	if (!copiesFromStdin(statement)) return null;
	return {
		message: 'COPY … FROM STDIN makes psql take the lines that follow for data.',
		remedy: 'Write INSERT statements.',
	};
}

/** COPY FROM at the top level that names neither a program nor a file. Inside a block it only fails. */
function copiesFromStdin({inBlock, changes, powers}: ScriptStatement): boolean {
	const copies = changes.some((change) => change.kind === 'data-change' && change.operation === 'copy');
	return copies && !inBlock && !powers.some(({kind}) => kind === 'program' || kind === 'server-file');
}

const harmlessValues: Readonly<Record<string, RegExp>> = {
	standard_conforming_strings: /^(?:on|true|yes|1)$/iu,
	backslash_quote: /^safe_encoding$/iu,
	client_encoding: /^(?:utf[-_]?8|unicode)$/iu,
};

function changesReading({name, action, value}: SettingChange): boolean {
	const harmless = harmlessValues[name];
	if (harmless === undefined || action !== 'set') return false;
	return value === null || !harmless.test(value);
}

function settingSentence({name, value}: SettingChange): Pick<ScriptFault, 'message' | 'remedy'> {
	const to = value === null ? 'to a value that is only known when it runs' : `to ${visibleText(value.slice(0, 60))}`;
	return {
		message: `${name} is set ${to}: psql and the server would read the script otherwise than its review.`,
		remedy: 'Take it out.',
	};
}
