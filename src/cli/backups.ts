import {holdBackup, releaseBackup} from '../operations/backups/hold-backup.ts';
import type {RecordedBackup} from '../operations/ports/backup-records.ts';
import {judgeAll, pruneBackup} from '../operations/backups/prune-backups.ts';
import {verifyBackup} from '../operations/backups/verify-backup.ts';
import {
	atDesk,
	backupNumbered,
	type CommonOptions,
	type Desk,
	exitCodes,
	personOf,
	print,
	say,
} from './backups/desk.ts';
import {asData, asTable, type ListedBackup} from './backups/table.ts';

interface WithTarget extends CommonOptions {
	readonly target?: string;
}

interface ByHand extends CommonOptions {
	readonly by?: string;
}

/** Prints every backup that there is, and why it stays. */
export async function listBackups(options: WithTarget): Promise<number> {
	return await atDesk(options, async (desk) => {
		const listed = await listedBackups(desk, options);
		if (typeof listed === 'string') return say(exitCodes.unusable, listed);
		if (options.json === true) print(JSON.stringify(listed.map(asData), null, '\t'));
		else print(listed.length === 0 ? 'There are no backups.' : asTable(listed));
		return exitCodes.done;
	});
}

async function listedBackups(desk: Desk, {target}: WithTarget): Promise<readonly ListedBackup[] | string> {
	if (target !== undefined && !desk.config.targets.has(target)) {
		return `There is no target “${target}”. The configuration has ${[...desk.config.targets.keys()].join(', ')}.`;
	}
	return (await judgedNow(desk)).filter(({backup}) => target === undefined || backup.target === target);
}

async function judgedNow({record}: Desk): Promise<readonly ListedBackup[]> {
	return judgeAll(await record.backups.list({target: null, pool: null}), await record.now());
}

/** Reads backups back in full: those that are named, or all of them. */
export async function verifyBackups(ids: readonly string[], options: WithTarget & ByHand): Promise<number> {
	return await atDesk(options, async (desk) => {
		const asked = ids.length > 0 ? await numbered(desk, ids) : await listedBackups(desk, options);
		if (typeof asked === 'string') return say(exitCodes.unusable, asked);
		const found: {readonly id: number; readonly path: string; readonly trouble: string | null}[] = [];
		for (const {backup} of asked) {
			const how = {by: personOf(options.by), signal: new AbortController().signal};
			const trouble = await verifyBackup(desk, backup, how);
			found.push({id: backup.id, path: backup.path, trouble});
			if (options.json !== true) print(`${backup.id}  ${backup.path}  ${verdictOn(backup, trouble)}`);
		}
		if (options.json === true) print(JSON.stringify(found, null, '\t'));
		return found.some(({trouble}) => trouble !== null) ? exitCodes.refused : exitCodes.done;
	});
}

function verdictOn({kind}: RecordedBackup, trouble: string | null): string {
	if (trouble !== null) return `BAD: ${trouble}`;
	return kind === 'program' ? 'not read: a program of yours took it' : 'good';
}

async function numbered(desk: Desk, ids: readonly string[]): Promise<readonly {backup: RecordedBackup}[] | string> {
	const found: {backup: RecordedBackup}[] = [];
	for (const id of ids) {
		const backup = await backupNumbered(desk, id);
		if (typeof backup === 'string') return backup;
		found.push({backup});
	}
	return found;
}

/** Keeps a backup until it is released. */
export async function hold(id: string, options: ByHand & {readonly reason: string}): Promise<number> {
	return await atDesk(options, async (desk) => {
		const backup = await backupNumbered(desk, id);
		if (typeof backup === 'string') return say(exitCodes.unusable, backup);
		const reason = options.reason.trim();
		if (reason === '') return say(exitCodes.unusable, 'Say why it is held: --reason.');
		const by = personOf(options.by);
		if (!(await holdBackup(desk.record, backup, {by, reason, at: await desk.record.now()}))) return tooLate(backup);
		return told(options, backup, `Backup ${backup.id} is held by ${by}: ${reason}`);
	});
}

/** Lets a held backup go by its days again. */
export async function release(id: string, options: ByHand): Promise<number> {
	return await atDesk(options, async (desk) => {
		const backup = await backupNumbered(desk, id);
		if (typeof backup === 'string') return say(exitCodes.unusable, backup);
		if (backup.hold === null) return say(exitCodes.refused, `Nobody holds backup ${backup.id}.`);
		const by = personOf(options.by);
		if (!(await releaseBackup(desk.record, backup, {by, at: await desk.record.now()}))) return tooLate(backup);
		return told(options, backup, `Backup ${backup.id} is held no more: its days and its requests speak for it.`);
	});
}

function tooLate({id}: RecordedBackup): number {
	return say(exitCodes.refused, `Backup ${id} is being deleted.`);
}

function told({json}: CommonOptions, backup: RecordedBackup, sentence: string): number {
	print(json === true ? JSON.stringify({id: backup.id, path: backup.path}) : sentence);
	return exitCodes.done;
}

/** Shows what is past keeping, and deletes it where that was asked for. */
export async function prune(options: WithTarget & ByHand & {readonly yes?: boolean}): Promise<number> {
	return await atDesk(options, async (desk) => {
		const listed = await listedBackups(desk, options);
		if (typeof listed === 'string') return say(exitCodes.unusable, listed);
		const past = listed.filter(({backup, because}) => because === null && isRemovable(desk, backup));
		if (options.yes !== true) return wouldPrune(options, past);
		const deleted: ListedBackup[] = [];
		for (const {backup} of past) {
			// Judged anew each time: what was deleted before it changed its request, and somebody may have come to hold it.
			const one = (await judgedNow(desk)).find((judged) => judged.backup.id === backup.id);
			if (one === undefined || one.because !== null) continue;
			const by = personOf(options.by);
			if (!(await pruneBackup(desk, one.backup, {by, at: await desk.record.now()}))) continue;
			deleted.push(one);
			if (options.json !== true) print(`${one.backup.id}  ${one.backup.path}  deleted`);
		}
		if (options.json === true) print(JSON.stringify(deleted.map(asData), null, '\t'));
		else print(deleted.length === 0 ? 'Nothing is past keeping.' : `${deleted.length} deleted.`);
		return exitCodes.done;
	});
}

/** What a program took is removed by its program alone. */
function isRemovable({config}: Desk, {kind, target}: RecordedBackup): boolean {
	return kind === 'dump' || config.targets.get(target)?.backup.removable === true;
}

function wouldPrune({json}: CommonOptions, past: readonly ListedBackup[]): number {
	if (json === true) print(JSON.stringify(past.map(asData), null, '\t'));
	else print(past.length === 0 ? 'Nothing is past keeping.' : `${asTable(past)}\nDelete them with --yes.`);
	return exitCodes.done;
}
