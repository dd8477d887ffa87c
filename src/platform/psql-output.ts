/** A message of the server's, or of psql's own, as psql prints it under `VERBOSITY=verbose`. */
export interface PsqlMessage {
	/** The file it came from, or null where psql speaks of itself. */
	readonly file: string | null;
	readonly line: number | null;
	/** As printed: in the server's language. */
	readonly severity: string;
	/** Empty where psql itself speaks. */
	readonly sqlState: string;
	readonly text: string;
}

/** `psql:FILE:LINE: ERROR:  42P01: …`; the severity may be in any language, the SQLSTATE is not. */
const serverMessage = /^(?:psql:(.+):(\d+): )?([^\s:]+): {2}([0-9A-Z]{5}): (.*)$/;

/** `psql:FILE:LINE: error: …` and `psql: error: …`. */
const ownMessage = /^psql:(?:(.+):(\d+):)? (error|fatal|warning): (.*)$/;

/** @returns Null for a line that begins no message: a detail, a hint, a context, a continuation, a result. */
export function parseMessage(line: string): PsqlMessage | null {
	const said = serverMessage.exec(line);
	if (said !== null) {
		return {
			file: said[1] ?? null,
			line: lineNumber(said[2]),
			severity: said[3] ?? '',
			sqlState: said[4] ?? '',
			text: said[5] ?? '',
		};
	}
	const own = ownMessage.exec(line);
	if (own === null) return null;
	return {file: own[1] ?? null, line: lineNumber(own[2]), severity: own[3] ?? '', sqlState: '', text: own[4] ?? ''};
}

/** Class 01 is "warning" whatever the language; a script's RAISE may give a WARNING any other state. */
export function isWarning(message: PsqlMessage): boolean {
	return message.sqlState.startsWith('01') || message.severity.toUpperCase() === 'WARNING';
}

/** PostgreSQL sends notices and debug output under class 00, or under an error's state with these words. */
const harmless = new Set(['NOTICE', 'INFO', 'LOG', 'DEBUG', 'WARNING']);

/** Whether a message can be the one that ended psql. */
export function isError(message: PsqlMessage): boolean {
	return !isWarning(message) && !message.sqlState.startsWith('00') && !harmless.has(message.severity.toUpperCase());
}

function lineNumber(text: string | undefined): number | null {
	return text === undefined ? null : Number(text);
}
