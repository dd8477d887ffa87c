import type {Claim} from '../ports/record.ts';
import type {World} from '../world.ts';

/** The claim is somebody else's now, or its lease has ended: this worker writes nothing more. */
export class LeaseLost extends Error {
	override readonly name = 'LeaseLost';
}

/** A worker's hold on its run, kept alive by heartbeats. */
export interface Lease {
	/** Aborts when the lease is lost or cancelling was asked. */
	readonly signal: AbortSignal;
	lost(): boolean;
	cancelAskedBy(): string | null;
	/** What is left of the lease, in milliseconds, reckoned on the safe side. */
	remainingMs(): number;
	/** Calls `beat` after every heartbeat that came back in time. */
	onBeat(beat: () => void): void;
	stop(): void;
}

/**
 * Heartbeats until stopped. The lease is reckoned from the moment a heartbeat was sent, so this worker believes it ends
 * no later than the record does. A heartbeat that took longer than the interval does not count as one.
 */
export function keepLease(world: Pick<World, 'record' | 'clock' | 'settings'>, claim: Claim): Lease {
	const {leaseMs, heartbeatMs} = world.settings;
	const controller = new AbortController();
	const beats: (() => void)[] = [];
	let cancelledBy: string | null = null;
	let lost = false;
	let busy = false;
	let until = world.clock.now() + leaseMs;

	function lose(): void {
		lost = true;
		controller.abort();
	}

	async function heartbeat(): Promise<void> {
		const sent = world.clock.now();
		if (sent >= until) return lose();
		const answer = await world.record.heartbeat(claim, leaseMs).catch(() => 'unanswered' as const);
		if (answer === 'unanswered') return;
		if (answer === null) return lose();
		until = sent + leaseMs;
		if (answer.cancelAskedBy !== null) {
			cancelledBy = answer.cancelAskedBy;
			controller.abort();
		}
		if (world.clock.now() - sent < heartbeatMs) for (const beat of beats) beat();
	}

	const stop = world.clock.every(heartbeatMs, () => {
		if (busy || lost) return;
		busy = true;
		void heartbeat().finally(() => {
			busy = false;
		});
	});
	return {
		signal: controller.signal,
		lost: () => lost,
		cancelAskedBy: () => cancelledBy,
		remainingMs: () => until - world.clock.now(),
		onBeat: (beat) => {
			beats.push(beat);
		},
		stop,
	};
}
