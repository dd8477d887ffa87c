import type {Target} from '../../domain/target.ts';

/** What operations need of the configuration. */
export interface Settings {
	readonly targets: ReadonlyMap<string, Target>;
	/** A claim is held this long without a heartbeat. */
	readonly leaseMs: number;
	readonly heartbeatMs: number;
}
