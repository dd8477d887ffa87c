import {comparedWithDrill} from '../../../domain/drill.ts';
import {loadOwn, type RunContext} from '../run-context.ts';

/** How much was applied, and how long it took beside the drill's prediction, where there is one. */
export async function appliedNote(run: RunContext, migrations: number): Promise<string> {
	const {runs} = await loadOwn(run);
	const own = runs.find(({id}) => id === run.claim.run);
	const begun = own?.steps.find(({name}) => name === 'apply')?.startedAt;
	const compared = begun === undefined ? null : comparedWithDrill(run.world.clock.now() - begun, own?.drill);
	return compared === null ? `${migrations} applied` : `${migrations} applied ${compared}`;
}
