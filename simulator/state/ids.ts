/** Makes ids and timestamps in Slack's shape; no two are the same. */
export type Ids = {
	/** Such as `V0000000001`: the letter, then ten capitals and digits. */
	readonly next: (letter: string) => string;
	/** Seconds and microseconds, always later than the one before: `1700000001.000200`. */
	readonly timestamp: () => string;
};

export function makeIds(now: () => number): Ids {
	let count = 0;
	let lastMicroseconds = 0;
	return {
		next(letter) {
			count += 1;
			return `${letter}0${(46656 + count).toString(36).toUpperCase().padStart(9, '0')}`;
		},
		timestamp() {
			lastMicroseconds = Math.max(now() * 1000, lastMicroseconds + 100);
			const seconds = Math.floor(lastMicroseconds / 1_000_000);
			const fraction = String(lastMicroseconds % 1_000_000).padStart(6, '0');
			return `${seconds}.${fraction}`;
		},
	};
}
