import type {Refusal} from '../../domain/refusal.ts';
import {isRefusal} from '../../domain/refusal.ts';
import {recogniseFrame} from '../../domain/script/ef-frame.ts';
import type {ParsedScript} from '../../domain/script/parsed-script.ts';
import type {ReadScript} from '../../operations/ports/script-reader.ts';
import {decodeScript, type DecodedScript} from './decode.ts';
import {parseScript} from './parse.ts';
import {refuseDifferentials} from './parser-differentials.ts';
import {refusePsqlCommands} from './psql-commands.ts';
import {refuseSyntax, ScriptSyntaxError} from './sql-error.ts';

/** Bytes → statements and frame, on the calling thread. libpg-query's module must be loaded. */
export function readScript(bytes: Uint8Array, maxBytes: number): ReadScript | Refusal {
	const decoded = decodeScript(bytes, maxBytes);
	if (isRefusal(decoded)) return decoded;
	const unsafe = refusePsqlCommands(decoded.source);
	if (unsafe !== null) return unsafe;
	const script = parseOrRefuse(decoded);
	if (isRefusal(script)) return script;
	const differential = refuseDifferentials(script);
	if (differential !== null) return differential;
	const frame = recogniseFrame(script);
	return isRefusal(frame) ? frame : {kind: 'script', script, frame};
}

function parseOrRefuse(decoded: DecodedScript): ParsedScript | Refusal {
	try {
		return parseScript(decoded);
	} catch (error) {
		if (error instanceof ScriptSyntaxError) return refuseSyntax(error);
		throw error;
	}
}
