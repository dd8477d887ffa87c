import {describe, expect, it} from 'vitest';

import {missingGrants, newlyUnvalidated, type SurveyedObject, type SurveyLook} from '../../src/domain/survey.ts';

type Access = SurveyedObject['access'][number];

const all: Access = ['SELECT', 'INSERT', 'UPDATE', 'DELETE'];
const read: Access = ['SELECT'];

let oids = 0;

function object(kind: SurveyedObject['kind'], text: string, access: Access, oid = ++oids): SurveyedObject {
	return {kind, oid, schema: text.split('.')[0] ?? '', text, access: [access]};
}

function look(objects: readonly SurveyedObject[], name = 'app'): SurveyLook {
	return {roles: [{name, text: name}], objects, notValid: []};
}

/** What is lacked on one new object without any right, beside tables with these. */
function lacked(added: SurveyedObject, siblings: readonly Access[]): readonly string[] {
	const before = siblings.map((access, index) => object('table', `shop.t${index}`, access));
	return missingGrants(look(before), look([...before, added]));
}

describe('a new table', () => {
	it.each<readonly [string, readonly Access[], string]>([
		['all siblings are written', [all, all], 'SELECT, INSERT, UPDATE, DELETE'],
		['most siblings are written', [all, all, read], 'SELECT, INSERT, UPDATE, DELETE'],
		['half of them are only read', [all, read], 'SELECT'],
		['siblings are out of its reach, but for one', [[], [], [], read], 'SELECT'],
	])('needs what is usual where %s', (_, siblings, privileges) => {
		expect(lacked(object('table', 'shop.fresh', []), siblings)).toEqual([
			`app lacks ${privileges} on the new table shop.fresh: GRANT ${privileges} ON shop.fresh TO app;`,
		]);
	});

	it('needs only what it lacks', () => {
		expect(lacked(object('table', 'shop.fresh', ['SELECT', 'DELETE']), [all])).toEqual([
			'app lacks INSERT, UPDATE on the new table shop.fresh: GRANT INSERT, UPDATE ON shop.fresh TO app;',
		]);
	});

	it('needs nothing where the role uses nothing, in its schema or at all', () => {
		expect(lacked(object('table', 'shop.fresh', []), [[], []])).toEqual([]);
		expect(lacked(object('table', 'shop.fresh', []), [])).toEqual([]);
	});

	it('in a schema that had none has all tables for siblings', () => {
		expect(lacked(object('table', 'stock.fresh', []), [read])).toEqual([
			expect.stringContaining('GRANT SELECT ON stock'),
		]);
	});

	it('under an old name needs what the old one gave, and no more', () => {
		const before = [object('table', 'shop.a', all), object('table', 'shop.log', ['INSERT'])];
		const after = [...before.slice(0, 1), object('table', 'shop.log', [])];
		expect(missingGrants(look(before), look(after))).toEqual([expect.stringContaining('GRANT INSERT ON shop.log')]);
	});

	it('is none where an old one was renamed or lost its rights', () => {
		const before = [object('table', 'shop.a', all), object('table', 'shop.b', all, 7)];
		const after = [...before.slice(0, 1), object('table', 'shop.c', [], 7)];
		expect(missingGrants(look(before), look(after))).toEqual([]);
	});

	it('is not asked about for a role that was not looked at before', () => {
		const before = [object('table', 'shop.a', all)];
		expect(missingGrants(look(before, 'other'), look([...before, object('table', 'shop.b', [])]))).toEqual([]);
	});
});

describe('beside tables', () => {
	it.each<readonly [SurveyedObject, readonly Access[], readonly string[]]>([
		[object('view', 'shop.v', []), [all], ['GRANT SELECT ON shop.v TO app;']],
		[object('sequence', 'shop.s', []), [all], ['GRANT USAGE ON SEQUENCE shop.s TO app;']],
		[object('sequence', 'shop.s', []), [read], []],
		[object('schema', 'stock', []), [read], ['GRANT USAGE ON SCHEMA stock TO app;']],
		[object('schema', 'stock', []), [[]], []],
		[object('schema', 'stock', ['USAGE']), [read], []],
	])('%o beside tables with %o needs %o', (added, siblings, grants) => {
		expect(lacked(added, siblings).map((sentence) => sentence.split(': ')[1])).toEqual(grants);
	});
});

it('a constraint is newly not valid where it was not so before', () => {
	const a = {name: 'c', table: 'shop.a'};
	const b = {name: 'c', table: 'shop.b'};
	expect(newlyUnvalidated({...look([]), notValid: [a]}, {...look([]), notValid: [a, b]})).toEqual([b]);
});
