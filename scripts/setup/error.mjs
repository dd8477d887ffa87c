/** What a person has to put right before Lockstep can be set up: a message, and the exit code that goes with it. */
export class SetupError extends Error {
	/**
	 * @param {string} message
	 * @param {number} [exitCode]
	 */
	constructor(message, exitCode = 1) {
		super(message);
		this.exitCode = exitCode;
	}
}
