import {createHash} from 'node:crypto';
import {isUtf8} from 'node:buffer';
import {refuse, type Refusal} from '../../domain/refusal.ts';
import type {ParsedScript} from '../../domain/script/parsed-script.ts';
import {createSource, placeAt, type Source} from './source.ts';

export interface DecodedScript {
	readonly source: Source;
	readonly sha256: string;
	readonly byteLength: number;
	readonly bom: boolean;
	readonly lineEnding: ParsedScript['lineEnding'];
}

const saveAsUtf8 = 'Save it as UTF-8 and send it again.';

/** Bytes → text, or why they are none. Only UTF-8, with or without the BOM that `dotnet ef … -o` writes. */
export function decodeScript(given: Uint8Array, maxBytes: number): DecodedScript | Refusal {
	const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
	const oversize = refuseSize(bytes.length, maxBytes);
	if (oversize !== null) return oversize;
	const utf16 = utf16Name(bytes);
	if (utf16 !== null) return refuse('script-not-utf8', `The file is ${utf16}, not UTF-8. ${saveAsUtf8}`);
	const bom = bytes.length >= 3 && bytes.readUIntBE(0, 3) === 0xefbbbf;
	const body = bom ? bytes.subarray(3) : bytes;
	const source = createSource(body);
	const invalid = refuseInvalidUtf8(source);
	if (invalid !== null) return invalid;
	if (source.text.trim() === '') return emptyRefusal();
	const sha256 = createHash('sha256').update(bytes).digest('hex');
	return {source, sha256, byteLength: bytes.length, bom, lineEnding: lineEndingOf(source.text)};
}

/** Size alone, so that a huge file need not be copied to be refused. */
export function refuseSize(byteLength: number, maxBytes: number): Refusal | null {
	if (byteLength === 0) return emptyRefusal();
	if (byteLength <= maxBytes) return null;
	return refuse(
		'script-too-large',
		`The file has ${megabytes(byteLength)} MB; at most ${megabytes(maxBytes)} MB are read. Generate the script from the last applied migration on: \`dotnet ef migrations script --idempotent <FROM>\`.`,
	);
}

function emptyRefusal(): Refusal {
	return refuse('script-empty', 'The file is empty: there is no statement in it.');
}

function megabytes(bytes: number): string {
	return (bytes / 1_000_000).toFixed(1).replace(/\.0$/u, '');
}

/** A BOM says it, or every other byte of the first ASCII characters is zero. */
function utf16Name(bytes: Buffer): string | null {
	const [first, second] = bytes;
	if (first === 0xff && second === 0xfe) return 'UTF-16 (little endian)';
	if (first === 0xfe && second === 0xff) return 'UTF-16 (big endian)';
	const head = bytes.subarray(0, 64);
	if (head.length < 4) return null;
	const isZero = (parity: number): boolean => head.every((byte, index) => (index % 2 === parity) === (byte === 0));
	if (isZero(1)) return 'UTF-16 (little endian, without BOM)';
	return isZero(0) ? 'UTF-16 (big endian, without BOM)' : null;
}

function refuseInvalidUtf8(source: Source): Refusal | null {
	const {bytes, lineStarts} = source;
	if (isUtf8(bytes)) return null;
	const line = lineStarts.findIndex((start, index) => !isUtf8(bytes.subarray(start, lineStarts[index + 1])));
	const start = lineStarts[line] ?? 0;
	const bad = start + firstInvalid(bytes.subarray(start, lineStarts[line + 1]));
	const byte = (bytes[bad] ?? 0).toString(16).padStart(2, '0');
	return refuse(
		'script-not-utf8',
		`The file is not UTF-8: line ${line + 1}, column ${placeAt(source, bad).column} holds the byte 0x${byte}. ${saveAsUtf8}`,
	);
}

/** Offset of the first byte that no longer belongs to valid UTF-8: the longest valid prefix ends before it. */
function firstInvalid(line: Buffer): number {
	let at = 0;
	while (at < line.length) {
		const lead = line[at] ?? 0;
		const length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
		if (!isUtf8(line.subarray(at, at + length))) return at;
		at += length;
	}
	return at;
}

function lineEndingOf(text: string): ParsedScript['lineEnding'] {
	const all = text.split('\n').length - 1;
	const crlf = text.split('\r\n').length - 1;
	if (crlf === 0) return 'lf';
	return crlf === all ? 'crlf' : 'mixed';
}
