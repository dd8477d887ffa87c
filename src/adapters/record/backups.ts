import type pg from 'pg';
import {z} from 'zod';

import {requestStates} from '../../domain/request.ts';
import type {BackupChange, BackupRecords, RecordedBackup} from '../../operations/ports/backup-records.ts';
import {type Client, query} from './connection.ts';

const Time = z.date().transform((date) => date.getTime());

const RecordedRow = z
	.object({
		id: z.number(),
		run: z.number(),
		request: z.number(),
		revision: z.number(),
		target: z.string(),
		pool: z.string(),
		kind: z.enum(['dump', 'program']),
		file_name: z.string(),
		path: z.string(),
		bytes: z.coerce.number(),
		sha256: z.string(),
		restore_command: z.string(),
		finished_at: Time,
		keep_until: Time,
		rows_written: z.coerce.number().nullable(),
		verified_at: Time,
		condemned: z.boolean(),
		trouble: z.string().nullable(),
		held_by: z.string().nullable(),
		held_reason: z.string().nullable(),
		held_at: Time.nullable(),
		past_since: Time.nullable(),
		deleted_at: Time.nullable(),
		states: z.array(z.enum(requestStates)),
	})
	.transform((row): RecordedBackup => ({
		id: row.id,
		run: row.run,
		request: row.request,
		revision: row.revision,
		target: row.target,
		pool: row.pool,
		kind: row.kind,
		fileName: row.file_name,
		path: row.path,
		bytes: row.bytes,
		sha256: row.sha256,
		restoreCommand: row.restore_command,
		finishedAt: row.finished_at,
		keepUntil: row.keep_until,
		rowsWritten: row.rows_written,
		verifiedAt: row.verified_at,
		condemned: row.condemned,
		trouble: row.trouble,
		held: row.held_by !== null,
		hold:
			row.held_by === null || row.held_reason === null || row.held_at === null
				? null
				: {by: row.held_by, reason: row.held_reason, at: row.held_at},
		pastSince: row.past_since,
		deletedAt: row.deleted_at,
		requests: row.states,
	}));

/** The request that took it, and those whose runs went with it. */
const recorded = `select backup.*, request.target, request.pool, request.revision,
	array(select state from request as one where one.number = backup.request
		or one.number in (select use.request from backup_use as use where use.backup = backup.id)) as states
	from backup join request on request.number = backup.request`;

const stopped = `drill ->> 'kind' in ('script-failed', 'probes-failed')`;

/** Whether the request `mine` may share the `backup`, of whatever age. */
export const mayBeShared = `deleted_at is null and trouble is null
	and not exists (select from run where run.request = mine.number and ${stopped})
	and not exists (select from run where run.id = backup.run and ${stopped})
	and not exists (select from backup_use as use join run on run.id = use.run where use.backup = backup.id and ${stopped})`;

/** Past keeping, or to be deleted; a day of the clock's own going back does not hide it for long. */
const dueSql = `select distinct request.pool from backup join request on request.number = backup.request
	where gone_at is null and (keep_until <= now() or deleted_at is not null)
	and (look_again_at is null or look_again_at <= now() or look_again_at > now() + interval '2 days')`;

/** Worker pools that have backups to look at. */
export async function poolsWithOldBackups(pool: pg.Pool): Promise<readonly string[]> {
	return (await query(pool, dueSql, [])).rows.map((row) => z.string().parse(row['pool']));
}

export function createBackupRecords(pool: pg.Pool): BackupRecords {
	return {
		list: async (where) => {
			const {rows} = await query(
				pool,
				`${recorded} where gone_at is null and ($1::text is null or request.target = $1)
				and ($2::text is null or request.pool = $2) order by backup.id desc`,
				[where.target, where.pool],
			);
			return rows.map((row) => RecordedRow.parse(row));
		},
		looked: async (id, {pastSince, again}) => {
			await query(pool, `update backup set past_since = $2, look_again_at = $3 where id = $1`, [
				id,
				pastSince === null ? null : new Date(pastSince),
				new Date(again),
			]);
		},
		gone: async (id) => {
			await query(pool, `update backup set gone_at = now() where id = $1 and deleted_at is not null`, [id]);
		},
		newest: async (number, since, database) => {
			const {rows} = await query(
				pool,
				`${recorded} join request as mine on mine.number = $1 and mine.target = request.target
				and coalesce($3::jsonb, mine.target_identity) = request.target_identity
				where finished_at > $2 and ${mayBeShared} order by backup.id desc limit 1`,
				[number, new Date(since), database === undefined ? null : JSON.stringify(database)],
			);
			return rows[0] === undefined ? null : RecordedRow.parse(rows[0]);
		},
	};
}

/** Inside a transition's transaction. False where it may not be deleted (any more). */
export async function changeBackup(client: Client, id: number, change: BackupChange): Promise<boolean> {
	if (change.hold !== undefined) {
		const {by, reason, at} = change.hold ?? {by: null, reason: null, at: null};
		const {rowCount} = await client.query(
			`update backup set held_by = $2, held_reason = $3, held_at = $4 where id = $1 and deleted_at is null`,
			[id, by, reason, at === null ? null : new Date(at)],
		);
		if (rowCount === 0) return false;
	}
	if (change.verified !== undefined) {
		const {at, trouble, condemned = false} = change.verified;
		await client.query(
			`update backup set condemned = condemned or $4, trouble = case when condemned then coalesce($3, trouble) else $3 end,
				verified_at = case when $3::text is null then $2 else verified_at end where id = $1`,
			[id, new Date(at), trouble, condemned],
		);
	}
	return change.deletedAt === undefined || (await markDeleted(client, id, change.deletedAt));
}

/** The row is locked by this and by whoever wants to go with the backup: one of them comes first. */
async function markDeleted(client: Client, id: number, at: number): Promise<boolean> {
	const {rowCount} = await client.query(
		`update backup set deleted_at = $2 where id = $1 and deleted_at is null and held_by is null
		and not exists (select from backup_use as use join request on request.number = use.request
			where use.backup = backup.id and request.state not in ('verified', 'withdrawn', 'rejected', 'closed'))`,
		[id, new Date(at)],
	);
	return rowCount === 1;
}

/** A run goes with a backup that is there. False where it was deleted meanwhile. */
export async function useBackup(client: Client, use: {backup: number; request: number; run: number}): Promise<boolean> {
	const {rowCount} = await client.query(
		`insert into backup_use (backup, request, run)
		select id, $2, $3 from backup where id = $1 and deleted_at is null for update
		on conflict (backup, run) do update set at = now()`,
		[use.backup, use.request, use.run],
	);
	return rowCount === 1;
}
