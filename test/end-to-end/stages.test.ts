import {afterAll, beforeAll, expect, it} from 'vitest';

import {run} from '../../scripts/stage/shop-database.ts';
import type {Stage} from '../../scripts/stage/stage.ts';
import {efScript} from '../support/ef-script.ts';
import {castOf, clickOn, submitRequest, untilHeard, untilStory} from '../support/people.ts';
import {startShippedStage} from '../support/shipped.ts';

let stage: Stage;

beforeAll(async () => {
	stage = await startShippedStage({
		transport: 'socket',
		targets: {
			'shop-staging': {database: 'staging'},
			'shop-production': {database: 'production', after: 'shop-staging', policy: {onlyVerifiedBytes: true}},
		},
	});
	for (const name of ['staging', 'production']) {
		await run(stage.postgres, 'postgres', [`CREATE DATABASE ${name} OWNER shop_owner`]);
	}
});

afterAll(async () => await stage.stop());

function making(table: string): Buffer {
	return efScript({
		version: '10',
		migrations: [{id: `20260101000000_${table}`, statements: [`CREATE TABLE ${table} (id int)`]}],
	});
}

it('takes one script through staging to production, which waits for the bytes that staging verified', async () => {
	const {dana, priya} = castOf(stage);
	const ask = {target: 'shop-staging, shop-production', script: making('crates'), version: '6.0.0'};
	const said = await submitRequest(stage, dana, ask);
	expect(said).toContain('MR-1 (shop-staging) and MR-2 (shop-production) are open');
	for (const number of [1, 2]) {
		await clickOn(stage, dana, number, 'Agree with evidence');
		await clickOn(stage, priya, number, 'Approve');
	}
	await untilStory(stage, 2, 'Stage 2 of 2: after MR-1 on shop-staging');
	await clickOn(stage, dana, 2, 'Run now');
	await untilHeard(stage, dana, /MR-2 starts as soon as MR-1 is verified on shop-staging/);
	expect(await untilStory(stage, 2, 'MR-2 is held')).not.toContain('verified on shop-production');

	// The same script, sent again for both: nothing changes, and nothing is opened beside them.
	expect(await submitRequest(stage, dana, ask)).toMatch(/MR-1.*MR-2/);

	await clickOn(stage, dana, 1, 'Run now');
	await untilStory(stage, 1, 'MR-1 is verified');
	await untilStory(stage, 2, 'MR-2 is verified');
});

it('puts a newer script into both open requests, and opens none beside them', async () => {
	const {dana} = castOf(stage);
	const target = 'shop-staging, shop-production';
	await submitRequest(stage, dana, {target, script: making('barrels'), version: '6.1.0'});
	await untilStory(stage, 4, 'MR-4 is in review');
	const said = await submitRequest(stage, dana, {target, script: making('sacks'), version: '6.2.0'});
	expect(said).toContain('now for 6.2.0');
	for (const number of [3, 4]) {
		await untilStory(stage, number, '20260101000000_sacks');
		await untilStory(stage, number, 'In place of 6.1.0');
	}
	await dana.command('/migrate', 'show MR-5', {channel: stage.channel});
	await untilHeard(stage, dana, 'There is no MR-5');
});
