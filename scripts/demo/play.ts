import type {Person} from '../../simulator/client/person.ts';
import type {ReadMessage} from '../../simulator/people/read.ts';
import {shopScript} from '../stage/shop-database.ts';
import type {Stage} from '../stage/stage.ts';
import {type Conversation, followConversation} from './conversation.ts';
import {Broken, holds, promised} from './promise.ts';

interface Cast {
	readonly stage: Stage;
	readonly talk: Conversation;
	readonly dana: Person;
	readonly priya: Person;
	readonly sam: Person;
}

/** Plays the main job through the real doors. 0 when every promise held; else it names the one that did not, and 1. */
export async function play(stage: Stage): Promise<number> {
	const cast = {
		stage,
		talk: await followConversation(stage),
		dana: stage.slack.as('U0DANA00001'),
		priya: stage.slack.as('U0PRIYA0001'),
		sam: stage.slack.as('U0SAM000001'),
	};
	try {
		await goodMigration(cast);
		await failingMigration(cast);
		console.log('\nEvery promise held.');
		return 0;
	} catch (error) {
		await cast.talk.catchUp(cast.priya).catch(() => {});
		if (!(error instanceof Broken)) throw error;
		console.error(`\nA promise did not hold: ${error.message}`);
		return 1;
	}
}

async function goodMigration(cast: Cast): Promise<void> {
	const {stage, talk, dana, priya} = cast;
	await expectGate(cast, '1.9.0', 'hold', 'unknown-version');
	await request(cast, 'shop-0009-add-shipments.sql', '1.9.0', 'Shipments: tracking for every parcel');
	await promised(
		'the review finishes and the checklist can be agreed to',
		async () => await hasButton(cast, 'Agree with evidence'),
	);
	await talk.catchUp(dana);

	await click(cast, dana, 'Agree with evidence', 'agrees with the evidence of the checklist');
	await promised('an agreed checklist asks for an approval', async () => await hasButton(cast, 'Approve'));
	await click(cast, dana, 'Approve', 'tries to approve her own migration');
	await promised(
		'the author is told why she cannot approve',
		async () => await hears(cast, dana, 'You wrote this script'),
	);
	await talk.catchUp(dana);

	await click(cast, priya, 'Approve', 'approves');
	await promised('a peer’s approval makes it ready to run', async () => await hasButton(cast, 'Run now'));
	await expectGate(cast, '1.9.0', 'hold', 'waiting');
	await click(cast, dana, 'Run now', 'clicks Run now');
	await promised(
		'it is backed up, applied and verified',
		async () => (await titleOf(cast, 1)).includes('verified'),
		60_000,
	);
	await promised('the thread tells what landed', async () => await threadSays(cast, 1, 'AddShipments'));
	await talk.catchUp(priya);
	await expectGate(cast, '1.9.0', 'go', 'verified');
	holds(
		'a backup lies in its directory',
		(await backups(stage)).some((name) => /^pre-migration-\d{8}T\d{6}Z-MR-1\.dump$/.test(name)),
	);
}

async function failingMigration(cast: Cast): Promise<void> {
	const {talk, dana, priya, sam} = cast;
	await request(cast, 'shop-0011-add-unique-customer-email.sql', '1.11.0', 'One account per e-mail address');
	await promised('the second review finishes', async () => await hasButton(cast, 'Agree with evidence'));
	await click(cast, dana, 'Agree with evidence', 'agrees with the evidence');
	await promised('an agreed checklist asks for an approval', async () => await hasButton(cast, 'Approve'));
	await click(cast, priya, 'Approve', 'approves');
	await promised('it is ready to run', async () => await hasButton(cast, 'Run now'));
	await click(cast, dana, 'Run now', 'clicks Run now');
	await promised('the failure is told', async () => (await titleOf(cast, 2)).includes('failed'), 60_000);
	await promised('on-call is asked to acknowledge', async () => await hasButton(cast, 'Acknowledge'));
	await talk.catchUp(priya);
	await expectGate(cast, '1.11.0', 'stop', 'failed');
	await promised(
		'what landed is told: the first of the two',
		async () => await threadSays(cast, 2, 'AddProductBarcode'),
	);
	await click(cast, sam, 'Acknowledge', 'acknowledges the escalation');
	await promised('the escalation says who has it', async () => await threadSays(cast, 2, 'Acknowledged'));
	await talk.catchUp(sam);
}

async function request({stage, talk, dana}: Cast, script: string, version: string, summary: string): Promise<void> {
	talk.does('Dana', `types /migrate request shop-production, uploads ${script} and submits`);
	await dana.command('/migrate', 'request shop-production', {channel: stage.channel});
	await dana.waitForView();
	await dana.fill({script_file: {filename: script, bytes: await shopScript(script)}, app: 'shop', version, summary});
	await dana.submit();
	await promised('the modal says that the request is open', async () =>
		JSON.stringify(await dana.view()).includes('is open'),
	);
	await dana.closeView();
}

async function click({stage, talk, ...cast}: Cast, who: Person, text: string, what: string): Promise<void> {
	const name = who === cast.dana ? 'Dana' : who === cast.priya ? 'Priya' : 'Sam';
	talk.does(name, what);
	await who.click({channel: stage.channel, text});
}

async function hasButton({stage, priya}: Cast, text: string): Promise<boolean> {
	return JSON.stringify(await priya.read(stage.channel)).includes(`"text":${JSON.stringify(text)}`);
}

async function hears({stage}: Cast, person: Person, words: string): Promise<boolean> {
	const seen = await person.read(stage.channel);
	return seen
		.flatMap((message) => [message, ...message.replies])
		.some(({ephemeral, text}) => ephemeral && text.includes(words));
}

async function requestMessage({stage, priya}: Cast, number: number): Promise<ReadMessage | undefined> {
	const messages = await priya.read(stage.channel);
	return messages.find(({text, byApp}) => byApp && text.startsWith(`MR-${number} `));
}

async function titleOf(cast: Cast, number: number): Promise<string> {
	return (await requestMessage(cast, number))?.text ?? '';
}

async function threadSays(cast: Cast, number: number, words: string): Promise<boolean> {
	return JSON.stringify((await requestMessage(cast, number))?.replies ?? []).includes(words);
}

async function backups(stage: Stage): Promise<readonly string[]> {
	const {readdir} = await import('node:fs/promises');
	return await readdir(stage.backupDirectory);
}

async function expectGate({stage, talk}: Cast, version: string, verdict: string, reason: string): Promise<void> {
	const response = await fetch(`${stage.gateUrl}/v1/gate/shop/${version}`, {
		headers: {authorization: `Bearer ${stage.gateToken}`},
	});
	const answer: unknown = await response.json();
	const text = JSON.stringify(answer);
	talk.does('The pipeline', `asks the gate about shop ${version}: ${text}`);
	holds(
		`the gate says ${verdict} (${reason}) for shop ${version}`,
		text.includes(`"verdict":"${verdict}"`) && text.includes(`"reason":"${reason}"`),
	);
}
