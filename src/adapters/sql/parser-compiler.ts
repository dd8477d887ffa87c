import {setFlagsFromString} from 'node:v8';

/**
 * V8 compiles WebAssembly quickly at first, and what runs often a second time and better. The second time costs more than
 * it saves here: for PostgreSQL's grammar, one huge function, it takes 0.4 s of a core and 45 MB, and no script is read
 * faster for it (measured with Node 20, 0.5 to 8 MB). Holds for the process, for modules loaded from then on.
 */
export function compileParserOnce(): void {
	setFlagsFromString('--no-wasm-tier-up');
	setFlagsFromString('--no-wasm-dynamic-tiering');
}
