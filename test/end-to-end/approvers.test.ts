import {afterAll, beforeAll, expect, it} from 'vitest';

import {run} from '../../scripts/stage/shop-database.ts';
import type {Stage} from '../../scripts/stage/stage.ts';
import {efScript} from '../support/ef-script.ts';
import {castOf, clickOn, messageOf, requestMigration, untilHeard, untilStory} from '../support/people.ts';
import {startShippedStage} from '../support/shipped.ts';

const always = {days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: 0, to: 24};

let stage: Stage;

beforeAll(async () => {
	stage = await startShippedStage({
		transport: 'socket',
		targets: {
			'shop-second': {database: 'second', policy: {remindAfterMinutes: null}},
			'shop-third': {database: 'third', policy: {remindAfterMinutes: 0.02, workingHours: always}},
		},
	});
	for (const name of ['second', 'third']) {
		await run(stage.postgres, 'postgres', [`CREATE DATABASE ${name} OWNER shop_owner`]);
	}
});

afterAll(async () => await stage.stop());

function adding(type: string): Buffer {
	const statements = ['CREATE TABLE parcels (id int)', `ALTER TABLE parcels ADD weight ${type}`];
	return efScript({version: '10', migrations: [{id: '20260101000000_Parcels', statements}]});
}

it('who could approve is called on a click, and new bytes are told as what they change', async () => {
	const {dana} = castOf(stage);
	const number = await requestMigration(stage, dana, {target: 'shop-second', script: adding('integer')});
	await clickOn(stage, dana, number, 'Agree with evidence');
	await clickOn(stage, dana, number, 'Find me an approver');
	await untilHeard(stage, dana, /✔ Asked <@U0\w+>.* to approve MR-\d+, in its thread\./u);
	await untilStory(stage, number, 'waits for an approval. <@U0DANA00001> asked.');
	const replies = (await messageOf(stage, number))?.replies.map(({text}) => text) ?? [];
	const [called] = replies.filter((text) => text.startsWith('<@'));
	expect(called).toMatch(/^(?:<@U0\w+>, )*<@U0PRIYA0001>/u);
	expect(called?.split(': ')[0]).not.toContain('<@U0DANA00001>');
	const asked = await untilStory(stage, number, /\\nAsked [^"]*<@U0PRIYA0001>/u);
	expect(asked).not.toContain('"text":"Find me an approver"');

	await clickOn(stage, dana, number, 'New script…');
	await dana.waitForView();
	await dana.fill({script_file: {filename: 'second.sql', bytes: adding('bigint')}});
	await dana.submit();
	const told = await untilStory(stage, number, '*What changed* since the script before: +1 −1 lines');
	expect(told).toContain('-ALTER TABLE parcels ADD weight integer');
	expect(told).toContain('+ALTER TABLE parcels ADD weight bigint');
	// Another review: whoever could approve may be called again.
	await untilStory(stage, number, '"text":"Find me an approver"');
});

it('who could approve is reminded in working hours, three times at most', async () => {
	const {dana} = castOf(stage);
	const number = await requestMigration(stage, dana, {target: 'shop-third', script: adding('text')});
	await clickOn(stage, dana, number, 'Agree with evidence');
	await untilStory(stage, number, /(?:"text":"<@[^"]*has waited for an approval since[^]*){3}/u);
	await untilStory(stage, number, /\\nReminded [^"]*<@U0PRIYA0001>/u);
});
