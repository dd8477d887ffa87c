import type {Committed} from '../../operations/ports/record.ts';

/** The transaction's own way out: what was found decides the answer, and everything is rolled back. */
export class Rolledback extends Error {
	readonly committed: Committed;

	constructor(committed: Committed) {
		super(committed.kind);
		this.committed = committed;
	}
}
