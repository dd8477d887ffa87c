import {createHash} from 'node:crypto';

/** Hashes and counts bytes on their way. */
export interface Meter {
	take(chunk: Uint8Array): void;
	/** Once all have passed. */
	measure(): {readonly bytes: number; readonly sha256: string};
}

export function createMeter(): Meter {
	const hash = createHash('sha256');
	let bytes = 0;
	let sha256: string | null = null;
	return {
		take: (chunk) => {
			hash.update(chunk);
			bytes += chunk.length;
		},
		measure: () => ({bytes, sha256: (sha256 ??= hash.digest('hex'))}),
	};
}
