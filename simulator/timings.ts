/** The waits and lives that Slack sets, in milliseconds; tests may shorten them. */
export type Timings = {
	/** An app answers a command or an interaction within 3 s (Slack: "Acknowledging requests"). */
	readonly acknowledgementLimit: number;
	/** A trigger_id lives 3 s (Slack: "Handling user interaction"). */
	readonly triggerLife: number;
	/** A response_url serves for 30 minutes (same page). */
	readonly responseUrlLife: number;
	/** Unanswered events come again at once, after 1 minute, after 5 minutes (Slack: Events API). */
	readonly eventRetries: readonly number[];
};

export const slackTimings: Timings = {
	acknowledgementLimit: 3_000,
	triggerLife: 3_000,
	responseUrlLife: 30 * 60_000,
	eventRetries: [0, 60_000, 300_000],
};
