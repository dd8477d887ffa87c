import {callMessage} from '../../src/adapters/slack/views/thread/call.ts';
import {differenceMessage} from '../../src/adapters/slack/views/thread/difference.ts';
import {escalationMessage} from '../../src/adapters/slack/views/thread/escalation-message.ts';
import {findingsFile} from '../../src/adapters/slack/views/thread/findings-file.ts';
import {lineMessage} from '../../src/adapters/slack/views/line.ts';
import {rehearsalMessage} from '../../src/adapters/slack/views/message/rehearsal.ts';
import {madeOtherwiseComment, madeOtherwiseFile} from '../../src/adapters/slack/views/thread/made-otherwise.ts';
import {reminder} from '../../src/adapters/slack/views/thread/reminder.ts';
import {
	detailsMessage,
	findingsComment,
	resultMessage,
	scriptComment,
	tablesComment,
} from '../../src/adapters/slack/views/thread/thread-messages.ts';
import type {Rendered} from '../../src/adapters/slack/views/words.ts';
import type {Landed} from '../../src/domain/run.ts';
import type {RequestRecord} from '../../src/operations/ports/record.ts';
import {drilledRun, otherwiseRun} from './drills.ts';
import {files, messages, type ViewEntry} from './entry.ts';
import {dana, digest, lena, noon, omar, priya, sha256} from './records.ts';
import {escalationOf, failedRecord, stoppedRecord} from './request-entries.ts';
import {rehearsalOf} from './rehearsals.ts';
import type {Scene} from './scene.ts';
import {bystander} from './texts.ts';

/** Everything that stands in a request's thread. */
export function threadEntries(): readonly ViewEntry[] {
	return [
		...detailEntries(),
		...differenceEntries(),
		...rehearsalEntries(),
		...callEntries(),
		...fileEntries(),
		...lineEntries(),
		...resultEntries(),
		...escalationEntries(),
	];
}

function detailEntries(): readonly ViewEntry[] {
	return [
		...messages(detailsMessage, 'Details: with findings', (scene) => [
			scene.record({review: scene.review('blockers', 'warnings')}),
			scene.statements,
		]),
		...messages(detailsMessage, 'Details: nothing found', (scene) => [scene.record(), scene.statements]),
	];
}

function differenceEntries(): readonly ViewEntry[] {
	const changed = (scene: Scene): Parameters<typeof differenceMessage>[1] => ({
		before: sha256,
		earlier: scene.statements.map((statement, index) =>
			index % 2 === 0 ? statement : {...statement, sql: `-- as it was\n${statement.sql}`},
		),
		now: scene.statements,
	});
	return [
		...messages(differenceShown, 'Difference: of a newer script', (scene) => [
			scene.record({review: scene.review('warnings')}),
			changed(scene),
		]),
		...messages(differenceShown, 'Difference: none that takes effect', (scene) => [
			scene.record(),
			{...changed(scene), earlier: scene.statements},
		]),
	].map((entry) => ({...entry, views: [differenceMessage.name]}));
}

/** Scripts that have too little in common show their statements instead; these here have enough. */
function differenceShown(...words: Parameters<typeof differenceMessage>): Rendered {
	const message = differenceMessage(...words);
	if (message === null) throw new Error('The scripts of the gallery have too little in common');
	return message;
}

function rehearsalEntries(): readonly ViewEntry[] {
	return messages(rehearsalMessage, 'Rehearsal: what it changed on a copy', (scene) => [
		{...scene.record(), rehearsal: rehearsalOf(scene, 'passed')},
	]);
}

function callEntries(): readonly ViewEntry[] {
	const call = {reviewDigest: digest, called: [priya, omar], at: noon};
	return [
		...messages(callMessage, 'Call: asked for', (scene) => [scene.record(), {...call, kind: 'asked', person: dana}]),
		...messages(callMessage, 'Call: a reminder', (scene) => [
			scene.record(),
			{...call, kind: 'reminder', person: null},
		]),
	];
}

function fileEntries(): readonly ViewEntry[] {
	return [
		...files([scriptComment], 'Script: as it will run', (scene) => {
			const content = Buffer.from(scene.statements.map(({sql}) => sql).join('\n\n'));
			const comment = scriptComment(scene.record(), sha256, content.byteLength);
			return {comment, name: 'MR-12-script-34.sql', content};
		}),
		...files([findingsComment, findingsFile], 'Findings file: all of a review', (scene) => {
			const record = scene.record({review: scene.review('blockers', 'warnings')});
			return {comment: findingsComment(record), name: 'MR-12-findings-35.txt', content: findingsFile(record)};
		}),
		...files([madeOtherwiseComment, madeOtherwiseFile], 'Difference file: made otherwise than rehearsed', (scene) => {
			const record = otherwiseRecord(scene);
			return {
				comment: madeOtherwiseComment(record),
				name: 'MR-12-made-otherwise-37.diff',
				content: madeOtherwiseFile(record),
			};
		}),
		...files([tablesComment], 'Tables file: after a run', (scene) => ({
			comment: tablesComment(scene.record()),
			name: 'MR-12-tables-36.txt',
			content: Buffer.from(scene.report().allTables.join('\n')),
		})),
	];
}

/** What each kind of line is made of. `other` is a sentence of Lockstep’s own. */
const lines: Readonly<Record<string, (scene: Scene) => Parameters<typeof lineMessage>[1]>> = {
	waiver: ({reason}) => ({about: 'waiver', rule: 'index-not-concurrent', person: lena, reason}),
	rerun: ({reason}) => ({about: 'rerun', person: lena, reason}),
	close: ({reason}) => ({about: 'close', person: lena, reason}),
	superseded: ({version}) => ({about: 'superseded', person: dana, version, before: '2.3.9'}),
	held: (scene) => ({about: 'held', text: told(scene, '212 sessions are active on the target, at most 150 may be.')}),
	moved: (scene) => ({
		about: 'moved',
		text: told(scene, 'the history of shop-production holds `20260228120000_HotFix` now.'),
	}),
	lapsed: (scene) => ({about: 'lapsed', text: told(scene, 'it was given more than 24 hours ago.')}),
	other: (scene) => ({about: 'other', text: told(scene, `<@${dana}> asked to cancel the run.`)}),
};

/** The sentence, and behind it what a server or a name could add. */
function told({variant, reason}: Scene, sentence: string): string {
	return variant === 'short' ? sentence : `${sentence} ${reason} <@${bystander}>`;
}

function lineEntries(): readonly ViewEntry[] {
	return Object.entries(lines).flatMap(([about, payloadOf]) =>
		messages(lineMessage, `Line: ${about}`, (scene) => [scene.record(), payloadOf(scene)]),
	);
}

function otherwiseRecord(scene: Scene): RequestRecord {
	return {...failedRecord(scene, true), runs: [otherwiseRun(scene)]};
}

function resultEntries(): readonly ViewEntry[] {
	const ended = (scene: Scene, landed: Landed): RequestRecord => ({
		...failedRecord(scene, landed !== 'unknown'),
		runs: [
			scene.run({
				outcome: 'failed',
				report: scene.report({
					landed,
					failure: scene.failure,
					landedMigrations: landed === 'nothing' ? [] : scene.pending.slice(0, 1),
					missingMigrations: landed === 'nothing' ? scene.pending : scene.pending.slice(1),
				}),
			}),
		],
	});
	return [
		...messages(resultMessage, 'Result: verified', (scene) => [
			{...scene.record({state: 'verified'}), runs: [scene.run()], backups: [scene.backup()]},
			null,
		]),
		...messages(resultMessage, 'Result: failed, a part landed', (scene) => [ended(scene, 'part'), null]),
		...messages(resultMessage, 'Result: failed, nothing landed', (scene) => [ended(scene, 'nothing'), null]),
		...messages(resultMessage, 'Result: failed, nobody knows', (scene) => [ended(scene, 'unknown'), null]),
		...messages(resultMessage, 'Result: verified after a drill', (scene) => [
			{...scene.record({state: 'verified'}), runs: [drilledRun(scene, 'passed')], backups: [scene.backup()]},
			null,
		]),
		...messages(resultMessage, 'Result: stopped by its drill', (scene) => [
			stoppedRecord(scene, 'script-failed'),
			null,
		]),
		...messages(resultMessage, 'Result: made otherwise than rehearsed', (scene) => [otherwiseRecord(scene), null]),
		...messages(resultMessage, 'Result: without a report', (scene) => [
			{...failedRecord(scene, false), runs: [scene.run({outcome: 'failed', report: null})]},
			null,
		]),
	];
}

function escalationEntries(): readonly ViewEntry[] {
	const words = (scene: Scene, acknowledgedBy: string | null): Parameters<typeof escalationMessage>[0] => ({
		record: failedRecord(scene, scene.variant !== 'hostile'),
		target: scene.target,
		escalation: {...escalationOf(scene), acknowledgedBy, acknowledgedAt: acknowledgedBy === null ? null : noon},
		called: [...scene.target.people.leads, ...scene.target.people.onCall],
	});
	const stoppedWords = (scene: Scene, kind: Parameters<typeof stoppedRecord>[1]): ReturnType<typeof words> => {
		const record = stoppedRecord(scene, kind);
		return {...words(scene, null), record, escalation: record.escalations.at(-1) ?? escalationOf(scene)};
	};
	return [
		...messages(escalationMessage, 'Escalation: open', (scene) => [words(scene, null)]),
		...messages(escalationMessage, 'Escalation: acknowledged', (scene) => [words(scene, lena)]),
		...messages(escalationMessage, 'Escalation: without a backup', (scene) => [
			{...words(scene, null), record: {...failedRecord(scene, false), backups: []}},
		]),
		...messages(escalationMessage, 'Escalation: stopped by its drill', (scene) => [
			stoppedWords(scene, 'script-failed'),
		]),
		...messages(escalationMessage, 'Escalation: the backup is not to be relied on', (scene) => [
			stoppedWords(scene, 'restore-failed'),
		]),
		...messages(reminder, 'Reminder: nobody has acknowledged', (scene) => [words(scene, null)]),
		...messages(reminder, 'Reminder: acknowledged meanwhile', (scene) => [words(scene, lena)]),
	];
}
