import {outsideWords} from '../../domain/outside-words.ts';
import {isRefusal, type Refusal, refuse} from '../../domain/refusal.ts';
import {refuseFaults} from '../../domain/script/faults.ts';
import {historyKeepers, type Target} from '../../domain/target.ts';
import type {ReadScript} from '../ports/script-reader.ts';
import type {World} from '../world.ts';

/** Reads a script for an app on a target: usable bytes, EF's frame, and a history table that the target lists. */
export async function readScriptFor(
	world: Pick<World, 'scripts'>,
	target: Target,
	app: string,
	bytes: Uint8Array,
): Promise<ReadScript | Refusal> {
	const own = target.histories.filter((history) => history.app === app);
	if (own.length === 0) {
		const apps = [...new Set(target.histories.map((history) => history.app))].join(', ');
		return refuse(
			'app-unknown',
			`${target.name} has no app “${outsideWords(app)}”. It lists ${apps}; check the spelling or add the app in lockstep.yaml.`,
		);
	}
	const read = await world.scripts.read(bytes);
	if (isRefusal(read)) return read;
	const faulty = refuseFaults(read.script);
	if (faulty !== null) return faulty;
	if (historyKeepers({histories: own}, read.frame.historyTable).length > 0) return read;
	return refuse(
		'history-table-unlisted',
		`The script keeps its history in ${outsideWords(read.frame.historyTable)}, which ${target.name} does not list for ${app} (it lists ${own.map(({table}) => table).join(', ')}). Is it the right target and app? Otherwise add the table under histories in lockstep.yaml.`,
	);
}
