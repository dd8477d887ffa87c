import {refuse, type Refusal} from '../../../domain/refusal.ts';
import type {Target} from '../../../domain/target.ts';
import type {RequestFields} from '../ids.ts';
import {calling} from '../slack-failure.ts';
import {helpMessage} from '../views/help.ts';
import {listMessage} from '../views/list.ts';
import {requestModal} from '../views/request-modal.ts';
import {showMessage} from '../views/show.ts';
import {unknownRequest} from './click.ts';
import type {Desk} from './desk.ts';
import type {Command} from './payloads.ts';
import {answerWords, tell, type Words} from './tell.ts';

/** `/migrate …`: one word, and what it is about. */
export async function commandTyped(command: Command, desk: Desk): Promise<void> {
	const [word = '', about = ''] = command.text.trim().split(/\s+/u);
	switch (word.toLowerCase()) {
		case 'request':
			return await openForm(command, desk, about);
		case 'list':
			return await say(command, desk, await list(desk, about));
		case 'show':
			return await say(command, desk, await show(desk, about));
		case 'withdraw':
			return await say(command, desk, await withdraw(desk, about, command.asker.person));
		case 'help':
		case '':
			return await say(command, desk, helpMessage(desk.actions.targets(), null));
		default:
			return await say(command, desk, helpMessage(desk.actions.targets(), word));
	}
}

async function say({asker}: Command, desk: Desk, words: Words): Promise<void> {
	await tell(desk, asker, words);
}

async function openForm(command: Command, desk: Desk, target: string): Promise<void> {
	const targets = desk.actions.targets();
	const chosen =
		target === '' ? (targets.length === 1 ? targets[0] : undefined) : targets.find(({name}) => name === target);
	if (target !== '' && chosen === undefined) {
		return await say(command, desk, answerWords(unknownTarget(target, targets)));
	}
	const view = requestModal(targets, emptyForm(command, chosen, targets));
	await calling('the form', () => desk.client.views.open({trigger_id: command.triggerId, view}));
}

function emptyForm({asker}: Command, target: Target | undefined, targets: readonly Target[]): RequestFields {
	const apps = new Set(
		(target === undefined ? targets : [target]).flatMap(({histories}) => histories.map(({app}) => app)),
	);
	const [app = ''] = apps.size === 1 ? apps : [];
	return {
		channel: asker.channel,
		source: null,
		target: target?.name ?? '',
		app,
		version: '',
		author: asker.person,
		summary: '',
		start: 'by-hand',
		startAt: null,
	};
}

async function list(desk: Desk, target: string): Promise<Words> {
	const targets = desk.actions.targets();
	if (target !== '' && !targets.some(({name}) => name === target)) return answerWords(unknownTarget(target, targets));
	return listMessage(await desk.actions.list(target === '' ? null : target), target === '' ? null : target);
}

async function show(desk: Desk, about: string): Promise<Words> {
	const number = numberOf(about);
	if (number === null) return answerWords(noNumber('show'));
	const record = await desk.actions.load(number);
	if (record === null) return answerWords(unknownRequest(number));
	const target = desk.actions.targets().find(({name}) => name === record.request.target);
	if (target === undefined) return answerWords(unknownTarget(record.request.target, desk.actions.targets()));
	return showMessage(record, target);
}

async function withdraw(desk: Desk, about: string, person: string): Promise<Words> {
	const number = numberOf(about);
	return answerWords(number === null ? noNumber('withdraw') : await desk.actions.withdraw({number, person}));
}

/** `MR-12`, `mr12` and `12` alike. */
function numberOf(text: string): number | null {
	const digits = /^(?:mr-?)?(\d{1,9})$/iu.exec(text)?.[1];
	const number = Number(digits ?? 0);
	return number > 0 ? number : null;
}

function noNumber(word: string): Refusal {
	return refuse(
		'request-unknown',
		`Say which request: \`/migrate ${word} MR-12\`. \`/migrate list\` shows what there is.`,
	);
}

function unknownTarget(target: string, targets: readonly Target[]): Refusal {
	const names = targets
		.slice(0, 30)
		.map(({name}) => `\`${name}\``)
		.join(', ');
	return refuse(
		'target-unknown',
		`There is no target “${target.slice(0, 100)}”. ${names === '' ? 'lockstep.yaml names none.' : `Targets: ${names}.`}`,
	);
}
