import {answerWords} from '../../src/adapters/slack/listeners/tell.ts';
import {sentence} from '../../src/adapters/slack/limits.ts';
import {checkingView, doneView, openingView, refusedView} from '../../src/adapters/slack/views/notice.ts';
import {judgeRoles} from '../../src/domain/approval.ts';
import {outsideWords} from '../../src/domain/outside-words.ts';
import {isRefusal, type Refusal, refuse} from '../../src/domain/refusal.ts';
import {move} from '../../src/domain/request.ts';
import {refuseFaults} from '../../src/domain/script/faults.ts';
import {ephemerals, modals, once, type ViewEntry} from './entry.ts';
import {dana, lena, omar, priya} from './records.ts';
import type {Scene} from './scene.ts';

/** What a person is told about what they did: in the window that they sent, or where they alone see it. */
export function answerEntries(): readonly ViewEntry[] {
	return [
		...ephemerals(answerWords, 'Answer: done', (scene) => [
			{kind: 'done', sentence: `MR-12 is approved. ${plus(scene, 'Somebody clicks Run now when the time is right.')}`},
		]),
		...ephemerals(answerWords, 'Answer: the author may not approve', (scene) => {
			const judged = judgeRoles(dana, scene.record().request, {requesterMayApprove: false});
			if (!isRefusal(judged)) throw new Error('an author may approve');
			return [refuse(judged.code, `${judged.sentence} <@${priya}>, <@${omar}> could approve it. ${plus(scene, '')}`)];
		}),
		...ephemerals(answerWords, 'Answer: no longer possible', (scene) => {
			const moved = move(12, 'verified', 'approved');
			if (!isRefusal(moved)) throw new Error('a verified request may be approved');
			return scene.variant === 'short' ? [moved] : null;
		}),
		...ephemerals(answerWords, 'Answer: somebody has it already', (scene) =>
			scene.variant === 'short' ? [refuse('already-acknowledged', `<@${lena}> has acknowledged this already.`)] : null,
		),
		...modals(checkingView, 'Notice: checking', (scene) =>
			scene.variant === 'short' ? ['Reading the script and looking at who could approve.'] : null,
		),
		...modals(openingView, 'Notice: opening', once),
		...modals(doneView, 'Notice: done', (scene) => [
			'Requested',
			sentence(`MR-12 is open. Priya Raman, Omar Haddad could approve it. ${plus(scene, '')}`),
		]),
		...modals(refusedView, 'Notice: refused, back to the form', (scene) => [
			sentence(`shop-production has no app “${outsideWords(scene.app)}”. It lists shop; check the spelling.`),
			{
				channel: null,
				source: null,
				target: scene.targetName,
				app: scene.app.slice(0, 80),
				version: scene.version.slice(0, 80),
				author: dana,
				summary: scene.summary.slice(0, 500),
				start: 'by-hand',
				startAt: null,
			},
		]),
		...modals(refusedView, 'Notice: refused', (scene) => [sentence(faultOf(scene).sentence), null]),
	];
}

/** A psql command in the script, told with the script's own words. */
function faultOf({reason, variant}: Scene): Refusal {
	const command = variant === 'short' ? '\\! rm -rf /' : reason;
	const found = refuseFaults({
		faults: [
			{
				kind: 'psql-command',
				place: {line: 12, column: 3},
				message: `${command} is a command of psql, not SQL.`,
				remedy: 'Generate the script with `dotnet ef migrations script --idempotent`.',
				guard: null,
				text: command,
			},
		],
	});
	if (found === null) throw new Error('a psql command is no fault');
	return found;
}

/** The sentence, and behind it what a name or a server could add. */
function plus({variant, reason}: Scene, sentence: string): string {
	return variant === 'short' ? sentence : `${sentence} ${outsideWords(reason)}`;
}
