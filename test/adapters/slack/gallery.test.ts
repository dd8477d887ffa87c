import {readdir, readFile} from 'node:fs/promises';
import path from 'node:path';
import {fileURLToPath} from 'node:url';
import {beforeAll, describe, expect, test} from 'vitest';
import {workspaceUrl} from '../../../scripts/gallery/board-entries.ts';
import type {ViewEntry} from '../../../scripts/gallery/entry.ts';
import {galleryEntries} from '../../../scripts/gallery/gallery.ts';
import {dana, lena, omar, priya} from '../../../scripts/gallery/records.ts';
import {requestScenes} from '../../../scripts/gallery/request-entries.ts';
import {scenes} from '../../../scripts/gallery/scenes.ts';
import {bystander} from '../../../scripts/gallery/texts.ts';
import {isObject} from '../../../simulator/json.ts';
import {problemsOf} from '../../../simulator/limits/problems.ts';
import {type Turn, turnOf} from '../../../src/adapters/slack/views/board/turn.ts';
import type {Drill} from '../../../src/domain/drill.ts';
import {requestStates} from '../../../src/domain/request.ts';
import {stepNames} from '../../../src/domain/run.ts';
import {shownTexts, tricksIn} from './shown-texts.ts';

const views = fileURLToPath(new URL('../../../src/adapters/slack/views/', import.meta.url));
const entries = galleryEntries();
const named = entries.map((entry): [string, ViewEntry] => [entry.id, entry]);

/** Whom Lockstep means to mention: the people of the gallery's requests and targets. Links: the restore runbooks. */
const meant = {
	ids: [dana, priya, omar, lena, 'S0APPROVER1', 'S0LEADS0001'],
	links: [...scenes.map(({target}) => target.restoreRunbook), `${workspaceUrl}archives/C0DBMIGR001/p1772445600000100`],
};

describe('every view', () => {
	test.each(named)('%s keeps Slack’s limits', (_id, {kind, payload}) => {
		expect(problemsOf(kind, payload)).toEqual([]);
	});

	test.each(named)('%s pings and shows only what is meant', (_id, entry) => {
		expect(shownTexts(entry).flatMap((shown) => tricksIn(shown, meant))).toEqual([]);
	});

	test.each(named)('%s has words, at most one primary button and blocks with ids of their own', (_id, entry) => {
		const {kind, payload} = entry;
		// A view has no words beside its blocks.
		expect(kind === 'modal' || kind === 'home' ? '—' : payload['text']).toMatch(/\S/u);
		expect(primaryButtonsIn(payload)).toBeLessThanOrEqual(isBoard(entry) ? Infinity : 1);
		const blocks = (payload as {readonly blocks?: readonly {readonly block_id?: string}[]}).blocks ?? [];
		const ids = blocks.map(({block_id: id}) => id);
		expect(ids).not.toContain(undefined);
		expect(new Set(ids).size).toBe(ids.length);
	});

	test('has an id of its own', () => {
		expect(new Set(entries.map(({id}) => id)).size).toBe(entries.length);
	});
});

describe('what a script may hold in a file stays what it is, and what Lockstep writes hides nothing', () => {
	test.each(
		entries.filter(({views: made}) => made.includes('findingsFile')).map((entry) => [entry.id, entry] as const),
	)('%s', (_id, {payload}) => {
		const [file] = (payload as {readonly files: readonly {readonly content: string}[]}).files;
		expect(file?.content).toMatch(/^MR-12: \d/u);
		expect(file?.content).not.toMatch(/(?![\n\t])[\p{Cc}\p{Cf}]/u);
	});
});

describe('nothing is forgotten', () => {
	let exported: readonly ExportedFunction[];

	beforeAll(async () => {
		const names = (await readdir(views, {recursive: true})).filter((name) => name.endsWith('.ts'));
		const sources = await Promise.all(names.map(async (name) => await readFile(path.join(views, name), 'utf8')));
		exported = sources.flatMap(exportedFunctions);
	});

	test('every function that makes a message, a window, a home or a file has an entry', () => {
		const shown = new Set(entries.flatMap((entry) => entry.views));
		const missing = exported.filter(isView).filter(({name}) => !shown.has(name));
		expect(missing.map(({name}) => name)).toEqual([]);
	});

	test('where functions are looked for they are found, whatever they return', () => {
		expect(exported.filter(isView).map(({name}) => name)).toEqual(
			expect.arrayContaining(['requestMessage', 'requestModal', 'findingsFile', 'scriptComment']),
		);
		expect(exported.filter(({returns}) => returns === '')).toEqual([]);
	});

	test('every state of a request has an entry', () => {
		const states = new Set(requestScenes().map(({record}) => record.request.state));
		expect(states).toEqual(new Set(requestStates));
	});

	test('everything that a request can wait for has an entry', () => {
		const kinds: {readonly [kind in Turn['kind']]: true} = {
			lockstep: true,
			agree: true,
			answer: true,
			blocked: true,
			approve: true,
			start: true,
			'start-later': true,
			'new-script': true,
			lead: true,
			nobody: true,
		};
		const found = new Set(requestScenes().map(({record, scene}) => turnOf(record, scene.target).kind));
		expect(found).toEqual(new Set(Object.keys(kinds)));
	});

	test('everything that a drill can come to has an entry, as an end and on the way', () => {
		const kinds: {readonly [kind in Drill['kind']]: true} = {
			passed: true,
			'script-failed': true,
			'probes-failed': true,
			'rows-differ': true,
			'restore-failed': true,
			skipped: true,
		};
		const runs = requestScenes().flatMap(({record}) => record.runs);
		expect(new Set(runs.flatMap(({drill}) => drill?.kind ?? []))).toEqual(new Set(Object.keys(kinds)));
	});

	test('every step of a run has an entry in which it runs', () => {
		const running = requestScenes().flatMap(({record}) =>
			record.runs.flatMap(({steps}) => steps.filter(({state}) => state === 'running').map(({name}) => name)),
		);
		expect(new Set(running)).toEqual(new Set(stepNames));
	});

	test('everything that a line can be about has an entry', async () => {
		const source = await readFile(path.join(views, 'line.ts'), 'utf8');
		const about = [...source.matchAll(/^\t\tcase '([\w-]+)':/gmu)].map(([, word]) => `Line: ${word}`);
		expect(about).toContain('Line: waiver');
		expect(entries.map(({title}) => title)).toEqual(expect.arrayContaining(about));
	});

	test('whatever takes data is there short, long and hostile', () => {
		const hostile = new Set(entries.filter(({variant}) => variant === 'hostile').map(({title}) => title));
		const long = new Set(entries.filter(({variant}) => variant === 'long').map(({title}) => title));
		const alone = new Set(entries.map(({title}) => title).filter((title) => !hostile.has(title)));
		expect(alone).toEqual(new Set(takingNoData));
		expect(hostile).toEqual(long);
	});

	test('hostile data are hostile: names of 4,000 characters, 200 findings', () => {
		const [scene] = scenes.filter(({variant}) => variant === 'hostile');
		expect(scene?.app.length).toBeGreaterThanOrEqual(4000);
		expect(scene?.review('blockers', 'warnings').findings).toHaveLength(200);
	});
});

/** Views whose words are all Lockstep’s own. */
const takingNoData: readonly string[] = [
	'Request form: empty',
	'New script: for an open request',
	'Request changes: why',
	'Answer: no longer possible',
	'Answer: somebody has it already',
	'Notice: checking',
	'Notice: opening',
	'Board: nothing waits',
	'App Home: nothing waits',
	'App Home: may look on',
	'App Home: cannot be read',
];

describe('the checks see', () => {
	const tricks: readonly [string, string][] = [
		['a ping of a channel', 'Adds <!channel>'],
		['a ping of a stranger', `Adds <@${bystander}>`],
		['a ping of a group', 'Adds <!subteam^S0ONCALL001>'],
		['a channel’s name', 'See <#C0GENERAL01>'],
		['a link', '<https://evil.example|Approve>'],
		['a link without words', '<https://evil.example>'],
		['a mark that is not escaped', 'a < b'],
		['an ampersand that is not escaped', 'a & b'],
		['an emoji', ':white_check_mark: verified'],
		['a word that pings', '@here look'],
		['text turned round', '\u202Edeifirev'],
		['a character that cannot be seen', 'shop\u00ADproduction'],
		['a control character', 'shop\u0007'],
	];
	test.each(tricks)('%s', (_what, text) => {
		expect(tricksIn({kind: 'mrkdwn', text}, meant)).not.toEqual([]);
	});

	test('nothing where nothing is', () => {
		const text = `<@${dana}>: \`a &lt; b\` at <!date^1772445600^{date_short_pretty} at {time}|2026-03-02 10:00 UTC>`;
		expect(tricksIn({kind: 'mrkdwn', text}, meant)).toEqual([]);
	});

	test('a mention and an emoji in plain text', () => {
		expect(tricksIn({kind: 'plain_text', text: '<!channel> :tada:'}, meant)).toEqual(['<!channel>', ':tada:']);
	});

	test('a view that nobody shows', () => {
		const source = 'export function forgottenMessage(record: RequestRecord): Rendered {\n\treturn record;\n}\n';
		expect(exportedFunctions(source).filter(isView)).toEqual([{name: 'forgottenMessage', returns: 'Rendered'}]);
	});
});

/** A board has a button for each thing that waits. */
function isBoard({kind, views: made}: ViewEntry): boolean {
	return kind === 'home' || made.includes('boardMessage');
}

interface ExportedFunction {
	readonly name: string;
	/** Empty where this test cannot tell. */
	readonly returns: string;
}

/** By their text: a function ends its head with its return type and an opening brace. */
function exportedFunctions(source: string): readonly ExportedFunction[] {
	return [...source.matchAll(/^export (?:async )?function (\w+)[\s\S]*?^\}$/gmu)].map(([whole, name = '']) => {
		const returns = /\): ([^\n]+?) \{\n/u.exec(whole)?.[1] ?? (/\): \{\n/u.test(whole) ? 'an object' : '');
		return {name, returns};
	});
}

/** What goes to Slack as it is, not a part of it. */
function isView({name, returns}: ExportedFunction): boolean {
	return /\b(?:Rendered|ModalView|HomeView|View|Uint8Array)\b/u.test(returns) || name.endsWith('Comment');
}

function primaryButtonsIn(value: unknown): number {
	if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + primaryButtonsIn(each), 0);
	if (!isObject(value)) return 0;
	const {type, style} = value as {readonly type?: unknown; readonly style?: unknown};
	const own = type === 'button' && style === 'primary' ? 1 : 0;
	return own + Object.values(value).reduce<number>((sum, each) => sum + primaryButtonsIn(each), 0);
}
