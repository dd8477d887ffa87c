import type pg from 'pg';
import {z} from 'zod';

import type {Survey} from '../../domain/survey.ts';
import type {LeftBehind} from '../../operations/ports/record.ts';
import {query} from './connection.ts';

const LeftRow = z.object({
	request: z.number(),
	run: z.number(),
	everything: z.boolean(),
	closed: z.boolean(),
	survey: z.custom<Survey>((value) => typeof value === 'object' && value !== null),
	invalid: z.array(z.string()),
});

/** Tables are told apart by oids, which another database has otherwise. Its address may have changed. */
const sameDatabase = ['systemIdentifier', 'databaseOid', 'database']
	.map((part) => `other.target_identity ->> '${part}' = mine.target_identity ->> '${part}'`)
	.join(' and ');

/** Runs that left something behind unverified where this request goes, since the last verified one there, oldest first. */
export async function leftBehind(pool: pg.Pool, number: number): Promise<readonly LeftBehind[]> {
	const {rows} = await query(
		pool,
		`with there as (
			select run.id, run.request, run.outcome, run.report ->> 'landed' as landed, survey_before, invalid_before,
				other.state = 'closed' as closed
			from request as mine join request as other on other.target = mine.target and other.app = mine.app
				and other.history_table = mine.history_table and ${sameDatabase}
			join run on run.request = other.number
			where mine.number = $1
		)
		select request, id as run, landed = 'everything' as everything, closed, survey_before as survey,
			coalesce(invalid_before, '{}') as invalid from there
		where outcome = 'failed' and landed <> 'nothing' and survey_before is not null
		and id > coalesce((select max(id) from there where outcome = 'verified'), 0) order by id`,
		[number],
	);
	return rows.map((row) => LeftRow.parse(row));
}
