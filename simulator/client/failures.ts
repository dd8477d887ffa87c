/** The app did not answer a click, or answered with an error; `shown` is what the person reads. */
export class ActionFailed extends Error {
	readonly code: string;
	readonly shown: string;

	constructor(code: string, shown: string) {
		super(`${code}: ${shown}`);
		this.name = 'ActionFailed';
		this.code = code;
		this.shown = shown;
	}
}

/** Something that was waited for did not come in time. */
export class NeverHappened extends Error {
	override readonly name = 'NeverHappened';
}
