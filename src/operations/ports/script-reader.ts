import type {Refusal} from '../../domain/refusal.ts';
import type {EfFrame} from '../../domain/script/ef-frame.ts';
import type {ParsedScript} from '../../domain/script/parsed-script.ts';

export interface ReadScript {
	readonly kind: 'script';
	readonly script: ParsedScript;
	readonly frame: EfFrame;
}

/** Bytes → statements and EF frame. Runs outside the main thread, with a size and a time limit. */
export interface ScriptReader {
	/**
	 * Never throws for what the bytes hold. What leaves nothing to review is a refusal; what is unsafe or unreadable in it
	 * stands in the script's faults: see refuseFaults.
	 */
	read(bytes: Uint8Array): Promise<ReadScript | Refusal>;
	close(): Promise<void>;
}
