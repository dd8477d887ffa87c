import {Failure} from '../../ports/failure.ts';
import type {TargetState} from '../../ports/targets.ts';
import {loadOwn, type RunContext, type RunEnd, writeStep} from '../run-context.ts';
import {judgeLiveApproval} from './live-approval.ts';

const retryMs = 30_000;

/** May this run begin at all? Whatever says no here has changed nothing, so the run is held and nobody is woken. */
export async function preflight(run: RunContext): Promise<TargetState | RunEnd> {
	await writeStep(run, 'preflight', 'running');
	const record = await loadOwn(run);
	const approval = await judgeLiveApproval(run, record);
	if (approval !== 'live') return approval;
	const state = await run.database.state();
	const {identity} = state;
	const reviewed = record.targetIdentity;
	if (
		reviewed !== null &&
		(identity.systemIdentifier !== reviewed.systemIdentifier || identity.databaseOid !== reviewed.databaseOid)
	) {
		return {
			kind: 'moved',
			reason: `${identity.endpoint}/${identity.database} is another database than the one that was reviewed.`,
		};
	}
	const trouble = troubleWith(run, state);
	if (trouble !== null) return {kind: 'held', reason: trouble, retryInMs: retryMs};
	const {directory, required} = run.target.backup;
	if (required) await run.world.backups.check(run.target.name, directory, state.serverVersion, state.databaseBytes);
	await writeStep(
		run,
		'preflight',
		'done',
		`PostgreSQL ${Math.floor(state.serverVersion / 10_000)}, primary, rights and tools in order`,
	);
	return state;
}

function troubleWith(run: RunContext, state: TargetState): string | null {
	const {name} = run.target;
	if (state.inRecovery) return `${name} is a replica (in recovery) right now: Lockstep migrates only the primary.`;
	if (state.sessionless) {
		return `${name} is reached through a pooler that does not keep sessions: the fence around the apply needs one session. Point the target at PostgreSQL itself.`;
	}
	const [missing] = state.missingRights;
	if (missing !== undefined) return `The apply role lacks a right on ${name}: ${missing}`;
	return tooBusy(run, state);
}

export function tooBusy(run: RunContext, state: TargetState): string | null {
	const limit = run.target.apply.maxActiveSessions;
	if (limit === null || state.activeSessions <= limit) return null;
	return `${run.target.name} is busy: ${state.activeSessions} active sessions, ${limit} allowed.`;
}

/** What the world refused before anything was applied is a hold, with the failure's own sentence. */
export function heldBy(error: unknown): RunEnd {
	if (error instanceof Failure) return {kind: 'held', reason: error.message, retryInMs: error.retryInMs ?? retryMs};
	throw error;
}
