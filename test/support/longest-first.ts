import {BaseSequencer, type TestSpecification} from 'vitest/node';

/** They wait most of their time, for leases and the ends of psql: begun last, they would run on alone. */
const longest = ['test/end-to-end/crashes', 'test/end-to-end/bad-input', 'test/end-to-end/', 'test/adapters/scratch/'];

/** The order of a first run. Vitest's own is by size where it does not know yet how long the files take. */
export class LongestFirst extends BaseSequencer {
	override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
		const usual = await super.sort(files);
		return usual.toSorted((one, other) => rank(one) - rank(other));
	}
}

function rank({moduleId}: TestSpecification): number {
	const place = longest.findIndex((folder) => moduleId.includes(`/${folder}`));
	return place === -1 ? longest.length : place;
}
