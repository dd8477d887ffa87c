import {refuse, type Refusal} from '../../../domain/refusal.ts';
import {unknownTarget} from '../../../domain/stage-chain.ts';
import {boardMessage} from '../views/board/board.ts';
import {helpMessage} from '../views/help.ts';
import {listMessage} from '../views/board/list.ts';
import {showMessage} from '../views/board/show.ts';
import {unknownRequest} from './click.ts';
import type {Desk} from './desk.ts';
import {openForm} from './open-form.ts';
import type {Command} from './payloads.ts';
import {answerWords, tell, type Words} from './tell.ts';

/** `/migrate …`: one word, and what it is about. */
export async function commandTyped(command: Command, desk: Desk): Promise<void> {
	const [word = '', about = ''] = command.text.trim().split(/\s+/u);
	switch (word.toLowerCase()) {
		case 'request':
			return await request(command, desk);
		case 'list':
			return await say(command, desk, await list(desk, about));
		case 'show':
			return await say(command, desk, await show(desk, about));
		case 'withdraw':
			return await say(command, desk, await withdraw(desk, about, command.asker.person));
		case '':
			return await say(command, desk, await board(desk, command.asker.person));
		case 'help':
			return await say(command, desk, helpMessage(desk.actions.targets(), null));
		default:
			return await say(command, desk, helpMessage(desk.actions.targets(), word));
	}
}

async function say({asker}: Command, desk: Desk, words: Words): Promise<void> {
	await tell(desk, asker, words);
}

async function request(command: Command, desk: Desk): Promise<void> {
	const {triggerId, asker, text} = command;
	const refused = await openForm(desk, {triggerId, asker, targets: targetsIn(text), source: null});
	if (refused !== null) await say(command, desk, answerWords(refused));
}

/** `request a, b` → a and b. */
function targetsIn(text: string): readonly string[] {
	const [, about = ''] = text
		.trim()
		.replaceAll(/\s*,\s*/gu, ',')
		.split(/\s+/u);
	return about.split(',').filter((name) => name !== '');
}

async function board(desk: Desk, person: string): Promise<Words> {
	const [shown, workspaceUrl] = await Promise.all([desk.actions.board(person), desk.workspaceUrl()]);
	return boardMessage(shown, person, workspaceUrl);
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
