import {userInfo} from 'node:os';

import {readForReview, type ReviewedDatabase} from '../../adapters/target/review-connection.ts';
import {ConfigError, loadConfig} from '../../config.ts';
import {defaultReviewPolicy, type ReviewPolicy} from '../../domain/review/policy.ts';
import {reviewScript, tablesTouched, type Review} from '../../domain/review/review.ts';
import {historyKeepers, type Target} from '../../domain/target.ts';
import {Failure} from '../../operations/ports/failure.ts';
import type {ReadScript} from '../../operations/ports/script-reader.ts';
import {createMask} from '../../platform/secret-masking.ts';
import {parseDatabaseUrl} from './database-url.ts';
import type {AskedTarget} from './report.ts';
import {isUnusable, unusable, type Unusable} from './unusable.ts';

/** A database to review against, and what is configured for it. */
export interface ReviewTarget {
	readonly kind: 'target';
	readonly name: string;
	readonly database: ReviewedDatabase;
	readonly policy: ReviewPolicy;
	readonly maxScriptBytes: number | null;
	/** Null where no configuration was read. */
	readonly configured: Target | null;
}

/** The database of `--database`. */
export function databaseTarget(url: string): ReviewTarget | Unusable {
	const address = parseDatabaseUrl(url, process.env, systemUser());
	if (isUnusable(address)) return address;
	// The driver still reads password files, and warns each time that it will not for ever: nobody here could mend that.
	process.noDeprecation = true;
	return {
		kind: 'target',
		name: `${address.host}:${address.port}/${address.database}`,
		database: {...address, role: null},
		policy: defaultReviewPolicy,
		maxScriptBytes: null,
		configured: null,
	};
}

/** In a container the user may be a number without a name. */
function systemUser(): string {
	try {
		return userInfo().username;
	} catch {
		return process.env['USER'] ?? 'postgres';
	}
}

/** The target of `--target`. Of the configuration's secrets only the password of its applying user is looked up. */
export async function configuredTarget(name: string, configFile: string): Promise<ReviewTarget | Unusable> {
	try {
		const config = await loadConfig(configFile, process.env);
		const target = config.targets.get(name);
		if (target === undefined) {
			const names = [...config.targets.keys()].join(', ');
			return unusable(`${configFile} has no target “${name}”. It has ${names}.`);
		}
		const login = config.applyLogin(name);
		if (login === null) throw new TypeError(`The target ${name} has no login.`);
		return {
			kind: 'target',
			name,
			database: {...login.database, ...login.apply},
			policy: target.policy.review,
			maxScriptBytes: config.maxScriptBytes,
			configured: target,
		};
	} catch (error) {
		if (error instanceof ConfigError) return unusable(error.message);
		throw error;
	}
}

/** Pending is what the target's history lacks (of a down script: has); nothing is changed there. */
export async function reviewAgainst(
	target: ReviewTarget,
	read: ReadScript,
): Promise<{readonly review: Review; readonly asked: AskedTarget} | Unusable> {
	const {script, frame} = read;
	const unlisted = refuseUnlisted(target, frame.historyTable);
	if (unlisted !== null) return unlisted;
	const history = {
		table: frame.historyTable,
		migrationIdColumn: frame.historyColumn,
		productVersionColumn: frame.productVersionColumn,
	};
	try {
		const {historyIds, serverVersion, facts} = await readForReview(target.database, history, (appliedIds) =>
			tablesTouched(script, frame, appliedIds),
		);
		const keepers = target.configured === null ? [] : historyKeepers(target.configured, frame.historyTable);
		const review = reviewScript({
			script,
			frame,
			appliedIds: historyIds,
			facts,
			target: {historyIds, serverVersion, knownIds: null, sharedHistory: keepers.length > 1},
			policy: target.policy,
		});
		return {review, asked: {name: target.name, serverVersion}};
	} catch (error) {
		if (!(error instanceof Failure)) throw error;
		return unusable(sentenceOf(error, target.database));
	}
}

/** The history of another table would say nothing about this target's migrations. */
function refuseUnlisted({configured}: ReviewTarget, historyTable: string): Unusable | null {
	if (configured === null || historyKeepers(configured, historyTable).length > 0) return null;
	const listed = [...new Set(configured.histories.map(({table}) => table))].join(', ');
	return unusable(
		`The script keeps its history in ${historyTable}, which ${configured.name} does not list (it lists ${listed}). Is it the right target?`,
	);
}

function sentenceOf(error: Failure, {password, user}: ReviewedDatabase): string {
	const cause = error.cause instanceof Error ? error.cause.message : '';
	if (cause.includes('client password must be a string')) {
		return `The server asks for the password of ${user}, and none is given: set PGPASSWORD, or write it into a password file (~/.pgpass).`;
	}
	return createMask([password, process.env['PGPASSWORD'] ?? ''])(error.message);
}
