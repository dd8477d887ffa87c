import {type ScriptSource, shortcutIds} from '../ids.ts';
import {cut} from '../limits.ts';
import type {Desk} from './desk.ts';
import {openForm} from './open-form.ts';
import type {MessageFile, Shortcut} from './payloads.ts';
import {isSql} from './script-field.ts';
import {answerWords, oneLine, tell} from './tell.ts';

export type ShortcutListener = (shortcut: Shortcut, desk: Desk) => Promise<void>;

/** The form, empty. */
const requestPicked: ShortcutListener = (shortcut, desk) => open(shortcut, desk, null);

/** The form, with the message's script in it. */
const fileRequestPicked: ShortcutListener = async (shortcut, desk) => {
	const source = sourceIn(shortcut.files);
	if (source === null) return await tell(desk, shortcut.asker, oneLine(noScript));
	await open(shortcut, desk, source);
};

/** Every shortcut of manifest.yml. */
export const shortcutListeners: ReadonlyMap<string, ShortcutListener> = new Map([
	[shortcutIds.global, requestPicked],
	[shortcutIds.message, fileRequestPicked],
]);

const noScript =
	'⊘ This message has no .sql file. Upload the script that `dotnet ef migrations script --idempotent` wrote, or use `/migrate request`.';

async function open({triggerId, asker}: Shortcut, desk: Desk, source: ScriptSource | null): Promise<void> {
	const refused = await openForm(desk, {triggerId, asker, targets: [], source});
	if (refused !== null) await tell(desk, asker, answerWords(refused));
}

/** The message's first script; null where it has none. */
function sourceIn(files: readonly MessageFile[]): ScriptSource | null {
	const scripts = files.filter(({name}) => isSql(name));
	const [first] = scripts;
	if (first === undefined) return null;
	const source = {kind: 'file', id: first.id, name: cut(first.name, 200)} as const;
	return scripts.length === 1 ? source : {...source, of: scripts.length};
}
