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
	/** Never throws for what the bytes hold: an unusable file is a refusal with line and column where there is one. */
	read(bytes: Uint8Array): Promise<ReadScript | Refusal>;
	close(): Promise<void>;
}
