import {digestText} from '../../domain/approval.ts';
import {isRefusal} from '../../domain/refusal.ts';
import {type RecordedRehearsal, type RehearsalGround, rehearsalFor} from '../../domain/recorded-rehearsal.ts';
import {rehearsedReview} from '../../domain/review/rehearsed-review.ts';
import {withoutDumps} from '../../domain/review/last-use.ts';
import type {KnownIds} from '../../domain/review/review-context.ts';
import {type Review, reviewScript, tablesTouched} from '../../domain/review/review.ts';
import type {MigrationRequest} from '../../domain/request.ts';
import {historyKeepers, type Target} from '../../domain/target.ts';
import {Failure} from '../ports/failure.ts';
import type {RequestRecord} from '../ports/record.ts';
import type {ReadScript} from '../ports/script-reader.ts';
import type {HistoryRow, HistoryTable, TargetDatabase, TargetIdentity, TargetState} from '../ports/targets.ts';
import type {NewRehearsal} from './rehearse-script.ts';
import type {World} from '../world.ts';

/** A review against the target as it is now. */
export interface TargetReview {
	readonly kind: 'reviewed';
	readonly read: ReadScript;
	readonly state: TargetState;
	readonly identity: TargetIdentity;
	readonly history: HistoryTable;
	readonly appliedIds: readonly string[];
	/** Null where the history's table is not there. */
	readonly historyRows: readonly HistoryRow[] | null;
	/** With what the rehearsal showed. */
	readonly review: Review;
	/** Null where none is asked for, and where there is none of this script with these migrations pending. */
	readonly rehearsal: RecordedRehearsal | null;
	/** Of a rehearsal of just now: what it stands on, where that is kept. */
	readonly rehearsalGround: RehearsalGround | null;
	readonly digest: string;
}

/** Rehearses the script that was reviewed, or not. */
export type Rehearse = (review: Review, history: HistoryTable) => Promise<NewRehearsal | null>;

/**
 * Reads the script again from the record and the facts from the target, and reviews one against the other. Asked at
 * review time and once more right before apply: an equal digest says that nothing a person approved has changed.
 *
 * @param rehearse At review time; right before apply the rehearsal of the record speaks, as long as the same migrations
 *   are pending.
 */
export async function reviewTarget(
	world: World,
	{request, backups, rehearsal: recorded}: Pick<RequestRecord, 'request' | 'backups' | 'rehearsal'>,
	target: Target,
	database: TargetDatabase,
	rehearse: Rehearse | null,
): Promise<TargetReview> {
	const read = await readRecorded(world, request);
	const state = await database.state();
	const identity = {...state.identity, uuid: await mark(world, database, state)};
	const history = historyTable(read);
	const historyRows = await database.history(history);
	const appliedIds = (historyRows ?? []).map(({migrationId}) => migrationId);
	const dumps = backups.map(({finishedAt}) => finishedAt);
	const asked = await database.tableFacts(tablesTouched(read.script, read.frame, appliedIds));
	const facts = asked.map((table) => withoutDumps(table, dumps));
	const {shared, knownIds} = await historyKnowledge(world, target, request.app, read);
	const ofText = reviewScript({
		script: read.script,
		frame: read.frame,
		appliedIds,
		facts,
		target: {historyIds: appliedIds, serverVersion: state.serverVersion, knownIds, sharedHistory: shared},
		policy: target.policy.review,
	});
	const isKnown = rehearse === null || state.inRecovery;
	const fresh = isKnown ? null : await rehearse(ofText, history);
	const rehearsal = isKnown ? rehearsalFor(recorded, request.scriptSha256, ofText.pending) : (fresh?.recorded ?? null);
	const review = rehearsal === null ? ofText : rehearsedReview(ofText, rehearsal.rehearsal, target.policy.review);
	const digest = world.hash(
		digestText({
			scriptSha256: request.scriptSha256,
			target: request.target,
			targetIdentity: JSON.stringify([
				identity.systemIdentifier,
				identity.databaseOid,
				identity.database,
				identity.endpoint,
				identity.uuid,
			]),
			start: JSON.stringify(request.start),
			review,
			rehearsed: target.rehearsal.enabled ? (rehearsal?.effectsHash ?? 'not rehearsed') : null,
		}),
	);
	const rehearsalGround = fresh?.ground ?? null;
	const found = {review, rehearsal, rehearsalGround, digest};
	return {kind: 'reviewed', read, state, identity, history, appliedIds, historyRows, ...found};
}

export async function readRecorded(world: World, request: MigrationRequest): Promise<ReadScript> {
	const bytes = await world.record.script(request.scriptSha256);
	if (bytes === null) throw new Error(`The record lacks the script ${request.scriptSha256}.`);
	const read = await world.scripts.read(bytes);
	if (isRefusal(read)) throw new Error(`The recorded script of MR-${request.number} cannot be read: ${read.sentence}`);
	return read;
}

/** Whose the ids in the history are, as far as the configuration and earlier scripts tell. */
async function historyKnowledge(
	world: World,
	target: Target,
	app: string,
	{frame}: ReadScript,
): Promise<{readonly shared: boolean; readonly knownIds: KnownIds | null}> {
	const keepers = historyKeepers(target, frame.historyTable);
	// Two contexts of one app in one table: an id cannot be told to be the one's or the other's.
	if (keepers.filter((history) => history.app === app).length > 1) return {shared: true, knownIds: null};
	const known = await world.record.knownMigrations(frame.historyTable);
	const own = known.filter((migration) => migration.app === app).map(({id}) => id);
	const others = known.filter((migration) => migration.app !== app && !own.includes(migration.id)).map(({id}) => id);
	return {shared: keepers.length > 1, knownIds: own.length === 0 && others.length === 0 ? null : {own, others}};
}

export function historyTable({frame}: ReadScript): HistoryTable {
	return {
		table: frame.historyTable,
		migrationIdColumn: frame.historyColumn,
		productVersionColumn: frame.productVersionColumn,
	};
}

/** Sets Lockstep's UUID on the database the first time; where the role may not, the other parts of the identity serve. */
async function mark(world: World, database: TargetDatabase, state: TargetState): Promise<string | null> {
	if (state.identity.uuid !== null || state.inRecovery) return state.identity.uuid;
	try {
		return await database.mark(world.uuid());
	} catch (error) {
		if (error instanceof Failure && error.code === 'target-permission') return null;
		throw error;
	}
}
