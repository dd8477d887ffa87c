import type {Refusal} from '../../domain/refusal.ts';
import {isRefusal} from '../../domain/refusal.ts';
import {recogniseFrame} from '../../domain/script/ef-frame.ts';
import {refuseFaults} from '../../domain/script/faults.ts';
import type {ReadScript} from '../../operations/ports/script-reader.ts';
import {decodeScript} from './decode.ts';
import {parseScript} from './parse.ts';

/**
 * Bytes → statements, faults and frame, on the calling thread. libpg-query's module must be loaded. Refuses only what
 * leaves nothing to review; where EF's frame is not to be seen for a fault in the text, the fault is told.
 */
export function readScript(bytes: Uint8Array, maxBytes: number): ReadScript | Refusal {
	const decoded = decodeScript(bytes, maxBytes);
	if (isRefusal(decoded)) return decoded;
	const script = parseScript(decoded);
	const frame = recogniseFrame(script);
	if (!isRefusal(frame)) return {kind: 'script', script, frame};
	return frame.code === 'script-not-ef' ? (refuseFaults(script) ?? frame) : frame;
}
