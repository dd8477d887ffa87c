import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';

import type {Location, Log, ReportingDescriptor, Result, Run} from 'sarif';

import type {Finding, Place, Severity} from '../../domain/review/finding.ts';
import type {Rule} from '../../domain/review/rule.ts';
import {rules} from '../../domain/review/rules/index.ts';
import type {Report} from './report.ts';
import {visibleJson} from './visible.ts';

type Level = 'error' | 'warning' | 'note';

const levels: Readonly<Record<Severity, Level>> = {blocker: 'error', warning: 'warning', notice: 'note'};

/**
 * SARIF 2.1.0, one run.
 *
 * @param path As the repository knows the file.
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function asSarif(report: Report, path: string): string {
	const log: Log = {
		$schema: 'https://json.schemastore.org/sarif-2.1.0.json',
		version: '2.1.0',
		runs: [runOf(report, uriOf(path))],
	};
	return `${visibleJson(log)}\n`;
}

function runOf({read: {script}, review}: Report, uri: string): Run {
	const fingerprints = new Map<string, number>();
	return {
		tool: {driver: {name: 'Lockstep', version: packageVersion(), rules: rules.map(descriptorOf)}},
		columnKind: 'unicodeCodePoints',
		artifacts: [{location: {uri}, length: script.byteLength, encoding: 'UTF-8', hashes: {'sha-256': script.sha256}}],
		results: review.findings.map((finding) => resultOf(finding, uri, fingerprints)),
	};
}

function descriptorOf({id, why, severity}: Rule): ReportingDescriptor {
	return {
		id,
		shortDescription: {text: why},
		defaultConfiguration: {level: levels[usualSeverity(severity)]},
	};
}

/** A rule says its severity in words, the usual one first: `warning, blocker on a large table`. */
function usualSeverity(words: string): Severity {
	const first = /blocker|warning|notice/u.exec(words)?.[0];
	return first === 'blocker' || first === 'notice' ? first : 'warning';
}

function resultOf(finding: Finding, uri: string, fingerprints: Map<string, number>): Result {
	const {rule, severity, waivable, migration, place, furtherPlaces, statement, message, remedy} = finding;
	return {
		ruleId: rule,
		ruleIndex: rules.findIndex(({id}) => id === rule),
		level: levels[severity],
		message: {text: `${message}\n${remedy}`},
		locations: [{...locationOf(uri, place, statement), ...inMigration(migration)}],
		relatedLocations: furtherPlaces.map((further, index) => ({
			id: index + 1,
			...locationOf(uri, further.place),
			...inMigration(further.migration),
			message: {text: 'The same again.'},
		})),
		partialFingerprints: {primaryLocationLineHash: fingerprint(finding, fingerprints)},
		properties: {waivable, migration, remedy},
	};
}

function locationOf(uri: string, {line, column}: Place, statement?: string): Location {
	const region = {startLine: line, startColumn: column};
	return {
		physicalLocation: {
			artifactLocation: {uri, index: 0},
			region: statement === undefined ? region : {...region, snippet: {text: statement}},
		},
	};
}

function inMigration(migration: string | null): Pick<Location, 'logicalLocations'> {
	return migration === null ? {} : {logicalLocations: [{name: migration, kind: 'module'}]};
}

/**
 * The same finding in a regenerated script, lines shifted, is the same alert. Code hosts look at this name alone; a number
 * tells those apart that agree in everything.
 *
 * @see https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning#providing-data-to-track-code-scanning-alerts-across-runs
 */
function fingerprint({rule, migration, statement}: Finding, seen: Map<string, number>): string {
	const hash = createHash('sha256')
		.update(JSON.stringify([rule, migration, statement]))
		.digest('hex')
		.slice(0, 16);
	const count = (seen.get(hash) ?? 0) + 1;
	seen.set(hash, count);
	return `${hash}:${count}`;
}

/** A relative reference: each part of the path encoded, so that a colon in a name is not taken for a scheme. */
function uriOf(path: string): string {
	return path.split('/').map(encodeURIComponent).join('/');
}

function packageVersion(): string {
	const manifest: unknown = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'));
	const isRead = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
	return isRead && typeof manifest.version === 'string' ? manifest.version : '0.0.0';
}
