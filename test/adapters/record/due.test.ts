import {expect, it} from 'vitest';

import {cast, expectDone, harmless, openLockstep} from '../../support/lockstep-world.ts';

const lockstep = await openLockstep();

async function remindAt(number: number, at: string): Promise<void> {
	await lockstep.query(`update request set remind_at = ${at} where number = $1`, [number]);
}

async function reminders(): Promise<readonly number[]> {
	return (await lockstep.record.due()).reminders;
}

it('a reminder is due at its time, while the request is in review', async () => {
	const number = await lockstep.reviewed(await lockstep.production(), harmless);
	expect(await reminders(), 'where nobody is to be reminded').not.toContain(number);
	await remindAt(number, `now() + interval '1 minute'`);
	expect(await reminders(), 'before its time').not.toContain(number);
	await remindAt(number, `now() - interval '1 second'`);
	expect(await reminders(), 'at its time').toContain(number);
	await lockstep.answer(number);
	expectDone(await lockstep.approve(number, cast.priya));
	await remindAt(number, `now() - interval '1 second'`);
	expect(await reminders(), 'once it is approved').not.toContain(number);
});

it('the longest overdue reminder comes first', async () => {
	const first = await lockstep.reviewed(await lockstep.production(), harmless);
	const second = await lockstep.reviewed(await lockstep.production(), harmless);
	await remindAt(first, `now() - interval '1 minute'`);
	await remindAt(second, `now() - interval '1 hour'`);
	const due = await reminders();
	expect(due.indexOf(second)).toBeLessThan(due.indexOf(first));
});
