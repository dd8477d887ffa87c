import {afterAll, beforeAll, expect, it} from 'vitest';

import {shopScript} from '../../scripts/stage/shop-database.ts';
import type {Stage} from '../../scripts/stage/stage.ts';
import {castOf, clickOn, requestMigration, untilStory} from '../support/people.ts';
import {startShippedStage} from '../support/shipped.ts';

let stage: Stage;

beforeAll(async () => {
	stage = await startShippedStage({transport: 'socket', targets: {'shop-production': {rehearse: true}}});
});

afterAll(async () => await stage.stop());

it('a worker rehearses the script, shows what it did, and the whole job takes at most twelve posts', async () => {
	const {dana, priya} = castOf(stage);
	const number = await requestMigration(stage, dana, {
		target: 'shop-production',
		script: await shopScript('shop-0009-add-shipments.sql'),
		version: '1.9.0',
	});
	const reviewed = await untilStory(stage, number, 'what it changed on a copy of the schema');
	// The message follows the thread, or the other way round.
	await untilStory(stage, number, 'ran twice on a copy of the schema');
	expect(reviewed).toContain('@@ table public.');
	await clickOn(stage, dana, number, 'Agree with evidence');
	await clickOn(stage, priya, number, 'Approve');
	await clickOn(stage, dana, number, 'Run now');
	await untilStory(stage, number, `MR-${number} is verified`);
	await untilStory(stage, number, 'All tables of shop-production');
	const making = ['chat.postMessage', 'files.completeUploadExternal'];
	const posts = (await stage.slack.calls())
		.filter(({method}) => making.includes(method))
		.filter((call) => JSON.stringify(call.arguments).includes(`MR-${number}`));
	expect(posts.length).toBeLessThanOrEqual(12);
});
