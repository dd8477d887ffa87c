import {encode, type RequestFields} from '../../src/adapters/slack/ids.ts';
import {answerModal} from '../../src/adapters/slack/views/modals/answer-modal.ts';
import {approveModal} from '../../src/adapters/slack/views/modals/approve-modal.ts';
import {changesModal} from '../../src/adapters/slack/views/modals/changes-modal.ts';
import {closeModal, rerunModal} from '../../src/adapters/slack/views/modals/failure-modals.ts';
import {newScriptModal, requestModal} from '../../src/adapters/slack/views/modals/request-modal.ts';
import {waiveModal} from '../../src/adapters/slack/views/modals/waive-modal.ts';
import {itemsToConfirm} from '../../src/domain/approval.ts';
import {modals, type ViewEntry} from './entry.ts';
import {dana, digest, noon, target} from './records.ts';
import {failedRecord} from './request-entries.ts';
import type {Scene} from './scene.ts';

const memory = encode({number: 12, digest, channel: 'C0DBMIGR001', threadTs: null});

/** Every window that people fill in. */
export function modalEntries(): readonly ViewEntry[] {
	return [...formEntries(), ...decisionEntries()];
}

function formEntries(): readonly ViewEntry[] {
	const targets = (scene: Scene): Parameters<typeof requestModal>[0] => [
		scene.target,
		...scene.tables.map((table) => target({name: table.slice(0, 80)})),
	];
	return [
		...modals(requestModal, 'Request form: empty', (scene) =>
			scene.variant === 'short' ? [[scene.target], emptyForm] : null,
		),
		...modals(requestModal, 'Request form: filled in', (scene) => [targets(scene), filledForm(scene)]),
		...modals(requestModal, 'Request form: may start at once', (scene) => [
			[{...scene.target, policy: {...scene.target.policy, startAtOnceAllowed: true}}],
			filledForm(scene),
		]),
		...modals(requestModal, 'Request form: a file that stands in Slack already', (scene) => [
			[scene.target],
			{...filledForm(scene), source: {kind: 'file', id: 'F0000000001', name: scene.scriptName.slice(0, 300)}},
		]),
		...modals(requestModal, 'Request form: the script of an earlier request', (scene) => [
			[scene.target],
			{...filledForm(scene), source: {kind: 'again', number: 12, name: scene.scriptName.slice(0, 300)}},
		]),
		...modals(requestModal, 'Request form: stages', (scene) => {
			const staging = target({name: 'shop-staging'});
			const form = {...filledForm(scene), target: `shop-staging,${scene.targetName}`};
			return [[staging, {...scene.target, after: 'shop-staging'}], form];
		}),
		...modals(newScriptModal, 'New script: for an open request', (scene) =>
			scene.variant === 'short'
				? ['Script for MR-12', 'Approvals given so far are void, and the review runs again.', memory]
				: null,
		),
	];
}

const emptyForm: RequestFields = {
	channel: 'C0DBMIGR001',
	source: null,
	target: '',
	app: '',
	version: '',
	author: dana,
	summary: '',
	start: 'by-hand',
	startAt: null,
};

function filledForm(scene: Scene): RequestFields {
	return {
		...emptyForm,
		target: scene.targetName,
		app: scene.app,
		version: scene.version,
		summary: scene.summary,
		start: 'at',
		startAt: noon + 36_000_000,
	};
}

function decisionEntries(): readonly ViewEntry[] {
	return [
		...modals(answerModal, 'Answer: an item in doubt', (scene) => [
			scene.record({review: scene.review('warnings')}),
			'not-null-filled',
			memory,
		]),
		...modals(waiveModal, 'Waive: a rule', (scene) => {
			const review = scene.review('blockers');
			return [scene.record({review}), review.findings[0]?.rule ?? '', memory];
		}),
		...modals(changesModal, 'Request changes: why', (scene) => (scene.variant === 'short' ? [12, memory] : null)),
		...modals(approveModal, 'Approve: items with findings', (scene) => {
			const review = scene.review('warnings', 'blockers');
			return [scene.record({review}, {answers: scene.answers(review)}), itemsToConfirm(review), memory];
		}),
		...modals(rerunModal, 'Re-run: after a failure', (scene) => [failedRecord(scene, true), memory]),
		...modals(closeModal, 'Close: after a failure', (scene) => [failedRecord(scene, false), memory]),
	];
}
