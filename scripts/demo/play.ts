import pg from 'pg';

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
		await drilledMigration(cast);
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
	await request(cast, {
		target: 'shop-production',
		script: 'shop-0009-add-shipments.sql',
		version: '1.9.0',
		summary: 'Shipments: tracking for every parcel',
	});
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
		120_000,
	);
	await promised(
		'the drill restored the backup and told how long the script takes on the real rows',
		async () => await threadSays(cast, 1, 'on the real rows'),
	);
	await promised(
		'verified means: changed as it was rehearsed',
		async () => await threadSays(cast, 1, 'changed exactly as rehearsed'),
	);
	await promised('the thread tells what landed', async () => await threadSays(cast, 1, 'AddShipments'));
	await talk.catchUp(priya);
	await expectGate(cast, '1.9.0', 'go', 'verified');
	holds(
		'a backup lies in its directory',
		(await backups(stage)).some((name) => /^pre-migration-\d{8}T\d{6}Z-MR-1\.dump$/.test(name)),
	);
}

/** Static review and rehearsal find nothing in it: two customers share an e-mail address, and only a drill sees rows. */
async function drilledMigration(cast: Cast): Promise<void> {
	const {stage, talk, priya, sam} = cast;
	await takeToRun(cast, 'shop-production');
	await promised(
		'the drill stops what the real rows forbid',
		async () => (await titleOf(cast, 2)).includes('stopped by its drill'),
		120_000,
	);
	await promised('on-call is asked to acknowledge', async () => await hasButton(cast, 'Acknowledge'));
	await promised('nothing landed, and the thread says so', async () => await threadSays(cast, 2, 'is untouched'));
	await talk.catchUp(priya);
	holds('production is untouched', !(await migrationsOf(stage)).some((id) => id.includes('AddProductBarcode')));
	await expectGate(cast, '1.11.0', 'stop', 'failed');
	await acknowledge(cast, 2);
	await talk.catchUp(sam);
}

/** The same script where no drill goes before it. */
async function failingMigration(cast: Cast): Promise<void> {
	const {talk, priya, sam} = cast;
	await takeToRun(cast, 'shop-staging');
	await promised('the failure is told', async () => (await titleOf(cast, 3)).includes('failed'), 60_000);
	await promised('on-call is asked to acknowledge', async () => await hasButton(cast, 'Acknowledge'));
	await talk.catchUp(priya);
	await promised('what landed is told: all but the last', async () => await threadSays(cast, 3, 'AddProductBarcode'));
	await acknowledge(cast, 3);
	await talk.catchUp(sam);
}

/** One account per e-mail address, from the form to *Run now*. */
async function takeToRun(cast: Cast, target: string): Promise<void> {
	const {dana, priya} = cast;
	await request(cast, {
		target,
		script: 'shop-0011-add-unique-customer-email.sql',
		version: '1.11.0',
		summary: 'One account per e-mail address',
	});
	await promised('the review finishes', async () => await hasButton(cast, 'Agree with evidence'));
	await click(cast, dana, 'Agree with evidence', 'agrees with the evidence');
	await promised('an agreed checklist asks for an approval', async () => await hasButton(cast, 'Approve'));
	await click(cast, priya, 'Approve', 'approves');
	await promised('it is ready to run', async () => await hasButton(cast, 'Run now'));
	await click(cast, dana, 'Run now', 'clicks Run now');
}

async function acknowledge(cast: Cast, number: number): Promise<void> {
	await click(cast, cast.sam, 'Acknowledge', 'acknowledges the escalation');
	await promised('the escalation says who has it', async () => await threadSays(cast, number, 'Acknowledged'));
}

interface Ask {
	readonly target: string;
	readonly script: string;
	readonly version: string;
	readonly summary: string;
}

async function request({stage, talk, dana}: Cast, {target, script, version, summary}: Ask): Promise<void> {
	talk.does('Dana', `types /migrate request ${target}, uploads ${script} and submits`);
	await dana.command('/migrate', `request ${target}`, {channel: stage.channel});
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

/** Ids that production’s history holds. */
async function migrationsOf({postgres}: Stage): Promise<readonly string[]> {
	const client = new pg.Client(postgres.url('shop'));
	await client.connect();
	try {
		const {rows} = await client.query<{id: string}>(`SELECT "MigrationId" AS id FROM "__EFMigrationsHistory"`);
		return rows.map(({id}) => id);
	} finally {
		await client.end();
	}
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
