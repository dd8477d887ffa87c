import type {RecordedRehearsal} from '../../src/domain/recorded-rehearsal.ts';
import type {PassError, Rehearsal, RehearsalReport} from '../../src/domain/rehearsal.ts';
import {noon, sha256} from './records.ts';
import type {Scene} from './scene.ts';

/** What the record keeps of a rehearsal that ended so. */
export function rehearsalOf(scene: Scene, kind: Rehearsal['kind']): RecordedRehearsal {
	return {
		scriptSha256: sha256,
		pending: scene.pending,
		at: noon,
		allowed: false,
		effectsHash: 'e'.repeat(64),
		rehearsal: rehearsalThat(scene, kind),
	};
}

function rehearsalThat(scene: Scene, kind: Rehearsal['kind']): Rehearsal {
	switch (kind) {
		case 'passed':
			return {kind, ...reportOf(scene)};
		case 'not-idempotent':
			return {
				kind,
				...reportOf(scene),
				repeated: scene.largeTables.map((table) => ({kind: 'rows', table, before: 2, after: 4})),
			};
		case 'failed': {
			const error: PassError = {
				sqlState: '23505',
				message: scene.failure,
				line: 31,
				statement: scene.statements[0]?.sql ?? null,
				mayBeForLackOfRows: false,
			};
			const report = reportOf(scene);
			return {kind, ...report, error, first: {...report.first, error}, second: null, effects: []};
		}
		case 'impossible':
			return {
				kind,
				reason: 'major-missing',
				sentence:
					scene.variant === 'short'
						? 'The target runs PostgreSQL 18, whose server programs this worker has not.'
						: `The copy could not be made: ${scene.failure}`,
			};
	}
}

function reportOf(scene: Scene): RehearsalReport {
	const names = scene.tables.map((table) => table.replace(/^\w+ /u, ''));
	const pass = {milliseconds: 812, error: null, warnings: [], output: ''};
	return {
		on: {
			serverVersion: '15.18',
			isolation: {account: 'nobody', networkCut: true},
			leftOut:
				scene.variant === 'short'
					? []
					: names.map((name) => ({kind: 'foreign table', name, why: 'It reaches another server.'})),
			stubbedRoles: [],
			preparedInMs: 900,
		},
		first: pass,
		second: {...pass, milliseconds: 304},
		effects: [
			...names.map((identity) => ({action: 'created', kind: 'table', identity, from: null}) as const),
			...names.map((identity) => ({action: 'altered', kind: 'column', identity, from: null}) as const),
			...names.slice(1).map((identity) => ({action: 'dropped', kind: 'index', identity, from: null}) as const),
		],
		schemaDiff: scene.statements.map(({migration, sql}) => `@@ table ${migration} @@\n+${sql}`).join('\n'),
		commands: [],
		rewrites: scene.largeTables.map((table) => ({table, existedBefore: true, reasons: ['column type changed']})),
		locks: scene.largeTables.map((relation) => ({relation, mode: 'AccessExclusiveLock', transactions: 1})),
		locksUnseen: [],
		repeated: [],
		writesRunAgain: [],
	};
}
