import type {Approval} from '../../src/domain/approval.ts';
import {answerableItemIds} from '../../src/domain/checklist.ts';
import {evidenceFingerprint} from '../../src/domain/review/evidence.ts';
import type {Finding} from '../../src/domain/review/finding.ts';
import type {PendingStatement, PlacedChange, Review, ReviewedTable} from '../../src/domain/review/review.ts';
import type {MigrationRequest} from '../../src/domain/request.ts';
import type {Run, RunReport} from '../../src/domain/run.ts';
import type {Target} from '../../src/domain/target.ts';
import type {BackupRow, RequestRecord} from '../../src/operations/ports/record.ts';
import type {GalleryEntry} from '../../simulator/local/desktop.ts';
import type {FindingKind} from './findings.ts';
import {backup, dana, digest, lena, omar, noon, priya, record, report, review, run, target} from './records.ts';

/** What distinguishes a variant: how long its texts are, how many there are of everything, and what they hold. */
export interface Material {
	readonly variant: GalleryEntry['variant'];
	readonly app: string;
	readonly version: string;
	readonly targetName: string;
	readonly summary: string;
	readonly scriptName: string;
	/** What a person gives as a reason, and what a server or a run says. */
	readonly reason: string;
	readonly failure: string;
	readonly output: string;
	readonly warnings: readonly string[];
	/** Ids of migrations: pending ones and those applied before. */
	readonly pending: readonly string[];
	readonly applied: readonly string[];
	readonly tables: readonly string[];
	readonly largeTables: readonly string[];
	readonly statements: readonly PendingStatement[];
	readonly note: string;
	readonly restoreCommand: string;
	readonly fileName: string;
	readonly restoreRunbook: string;
	/** As many findings as a review of this variant has of a kind. */
	readonly findings: (kind: FindingKind) => readonly Finding[];
}

/** Records about one request in any state, made of one variant's material. */
export interface Scene extends Material {
	readonly target: Target;
	/** A review with these kinds of findings. */
	review(...kinds: readonly FindingKind[]): Review;
	record(request?: Partial<MigrationRequest>, change?: Partial<Omit<RequestRecord, 'request'>>): RequestRecord;
	/** Everything answered with yes, for this review. */
	answers(of: Review): RequestRecord['answers'];
	approvals(howMany: number): readonly Approval[];
	run(change?: Partial<Run>): Run;
	report(change?: Partial<RunReport>): RunReport;
	backup(): BackupRow;
}

const approvers = [priya, omar];

export function sceneOf(material: Material): Scene {
	const {variant, targetName, reason, pending, applied, note} = material;
	const scene: Scene = {
		...material,
		target: target({name: targetName, restoreRunbook: material.restoreRunbook}),
		review: (...kinds) => {
			const findings = kinds.flatMap((kind) => material.findings(kind));
			return review({
				pending,
				alreadyApplied: applied,
				findings,
				changes: findings.flatMap(changeBehind),
				destructive: findings.some(({destructive}) => destructive),
				tables: material.largeTables.map(largeTable),
			});
		},
		record: (request = {}, change = {}) =>
			record(
				{
					target: targetName,
					app: material.app,
					version: material.version,
					summary: material.summary,
					scriptName: material.scriptName,
					review: scene.review(),
					...request,
				},
				change,
			),
		answers: (of) =>
			answerableItemIds.map((item) => ({
				item,
				verdict: 'yes',
				reason: of.findings.some((finding) => finding.item === item && finding.severity !== 'notice') ? reason : null,
				person: dana,
				reviewDigest: digest,
				evidence: evidenceFingerprint(of, item),
			})),
		approvals: (howMany) =>
			approvers.slice(0, howMany).map((person) => ({
				person,
				reviewDigest: digest,
				confirmedItems: [],
				at: noon,
				voidedBecause: null,
			})),
		run: (change = {}) =>
			run({
				report: scene.report(),
				...change,
				steps: (change.steps ?? run().steps).map((step) =>
					step.note === null || variant === 'short' ? step : {...step, note},
				),
			}),
		report: (change = {}) =>
			report({
				landedMigrations: pending,
				warnings: material.warnings,
				tables: material.tables,
				allTables: material.tables.map((table) => table.replace(/^\w+ /u, '')),
				lastHistory: pending.toReversed().map((migrationId) => ({migrationId, productVersion: '10.0.3'})),
				output: material.output,
				...change,
			}),
		backup: () => backup({fileName: material.fileName, restoreCommand: material.restoreCommand}),
	};
	return scene;
}

/** The change that a finding speaks of, so that the checklist's evidence agrees with it. */
function changeBehind({rule, migration, place}: Finding): readonly PlacedChange[] {
	const change = changes.get(rule.replace(/-\d+ .*$/su, ''));
	return change === undefined ? [] : [{migration: migration ?? '', place, change, onNewTable: false}];
}

const orders = {schema: null, name: 'orders'};
const changes: ReadonlyMap<string, PlacedChange['change']> = new Map<string, PlacedChange['change']>([
	['drop-column', {kind: 'drop-column', table: orders, column: 'legacy_note', cascade: false}],
	['rename-column', {kind: 'rename-column', table: {schema: null, name: 'customers'}, column: 'mail', to: 'email'}],
]);

function largeTable(name: string): ReviewedTable {
	return {
		table: {schema: null, name},
		exists: true,
		estimatedRows: 3_200_000,
		empty: false,
		large: true,
		bytes: 812_000_000,
		columns: ['id'],
		indexes: [],
		dependents: [],
		use: null,
	};
}

/** Who waived, where somebody did. */
export const waiverGiver = lena;
