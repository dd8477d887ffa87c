import {describe, expect, test} from 'vitest';
import {isRefusal} from '../../src/domain/refusal.ts';
import {chooseTargets, stageChains, unknownTarget} from '../../src/domain/stage-chain.ts';
import {target} from '../adapters/slack/request-record.ts';

const stages = (links: {readonly [name: string]: string | null}) =>
	Object.entries(links).map(([name, after]) => target({name, after}));

describe('the chains that are offered', () => {
	const table: readonly [string, {readonly [name: string]: string | null}, readonly string[]][] = [
		['none where no target comes after another', {billing: null, shop: null}, []],
		['a target after another is one', {staging: null, production: 'staging'}, ['staging,production']],
		[
			'three stages are three',
			{dev: null, staging: 'dev', live: 'staging'},
			['dev,staging', 'dev,staging,live', 'staging,live'],
		],
		[
			'two targets may come after the same one',
			{staging: null, eu: 'staging', us: 'staging'},
			['staging,eu', 'staging,us'],
		],
		['the order in the configuration does not matter', {live: 'staging', staging: null}, ['staging,live']],
		['a stage that is not there begins nothing', {live: 'gone'}, []],
		['a circle ends', {one: 'two', two: 'one'}, ['two,one', 'one,two']],
	];
	test.each(table)('%s', (_name, links, chains) => {
		expect(stageChains(stages(links)).map((names) => names.join(','))).toEqual(chains);
	});
});

describe('a choice of targets', () => {
	const all = stages({dev: null, staging: 'dev', live: 'staging', billing: null});

	test.each([['billing'], ['live'], ['dev,staging'], ['staging,live'], ['dev,staging,live']])('%s is one', (names) => {
		const chosen = chooseTargets(names.split(','), all);
		expect(isRefusal(chosen) ? chosen.sentence : chosen.map(({name}) => name).join(',')).toBe(names);
	});

	test.each([
		['live,staging', 'stages-out-of-order'],
		['dev,live', 'stages-out-of-order'],
		['dev,dev', 'stages-out-of-order'],
		['billing,dev', 'stages-out-of-order'],
		['dev,nowhere', 'target-unknown'],
		['', 'target-unknown'],
	])('“%s” is none: %s', (names, code) => {
		expect(chooseTargets(names.split(','), all)).toMatchObject({kind: 'refusal', code});
	});

	test('an unknown one is told those there are', () => {
		expect(unknownTarget('nowhere', all).sentence).toBe(
			'There is no target “nowhere”. Targets: `dev`, `staging`, `live`, `billing`.',
		);
		expect(unknownTarget('nowhere', []).sentence).toContain('lockstep.yaml names none.');
	});
});
