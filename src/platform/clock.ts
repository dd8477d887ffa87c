/**
 * Milliseconds of the machine's monotonic clock (CLOCK_MONOTONIC on Linux): the same in every process of the machine,
 * and no change of the date moves it. That is why a leash's deadlines are told in it.
 */
export function monotonicMs(): number {
	return Number(process.hrtime.bigint() / 1_000_000n);
}
