import {createHash, randomUUID} from 'node:crypto';
import {setTimeout as delay} from 'node:timers/promises';

import {createJobQueue} from '../adapters/queue/job-queue.ts';
import {createRecordStore} from '../adapters/record/record-store.ts';
import {applySchema} from '../adapters/record/schema.ts';
import {createMessenger} from '../adapters/slack/messenger.ts';
import {createPeople} from '../adapters/slack/people.ts';
import {createSlackClient, type WebClient} from '../adapters/slack/slack-client.ts';
import {createScriptReader} from '../adapters/sql/reader.ts';
import type {Configuration} from '../config.ts';
import {isRefusal} from '../domain/refusal.ts';
import {pendingStatements} from '../domain/review/review.ts';
import type {Clock} from '../operations/ports/clock.ts';
import type {Messenger} from '../operations/ports/messenger.ts';
import type {World} from '../operations/world.ts';
import {createLog, type Log} from '../platform/log.ts';
import {createMask, type MaskSecrets} from '../platform/secret-masking.ts';

/** What a bot and a worker have in common: the record, the queue, Slack's Web API, the script reader. */
export interface RoleWorld extends World {
	readonly messenger: Messenger;
	readonly client: WebClient;
	readonly log: Log;
	readonly heard: (error: Error) => void;
	close(): Promise<void>;
}

/** Opens the common parts. The record's schema is brought up to date first, by whoever comes first. */
export async function openWorld(config: Configuration, role: string): Promise<RoleWorld> {
	const recordUrl = config.recordUrl();
	const redisUrl = config.redisUrl();
	const {botToken, apiUrl} = config.slackToken();
	const log = createLog({level: config.log, mask: maskOf(config)}).child({role});
	const heard = (error: Error): void => log.warn({err: error}, 'trouble');
	await applySchema(recordUrl);
	const record = createRecordStore(recordUrl, heard);
	const queue = createJobQueue(redisUrl, heard);
	const scripts = createScriptReader({maxBytes: config.maxScriptBytes});
	const client = createSlackClient({botToken, apiUrl, log});
	const settings = {
		targets: config.targets,
		leaseMs: config.worker.leaseSeconds * 1000,
		heartbeatMs: config.worker.heartbeatSeconds * 1000,
	};
	const messenger = createMessenger({
		client,
		targets: config.targets,
		scriptBytes: async (sha256) => await record.script(sha256),
		statements: async ({request}, sha256) => {
			const bytes = await record.script(sha256);
			const read = bytes === null ? null : await scripts.read(bytes);
			if (read === null || isRefusal(read)) return null;
			const appliedIds = request.review?.alreadyApplied ?? [];
			return pendingStatements(read.script, read.frame, appliedIds);
		},
	});
	return {
		record,
		queue,
		scripts,
		settings,
		client,
		messenger,
		people: createPeople(client),
		clock: systemClock,
		hash: (content) => createHash('sha256').update(content).digest('hex'),
		uuid: randomUUID,
		log,
		heard,
		close: async () => {
			await queue.close();
			await scripts.close();
			await record.close();
		},
	};
}

/** Masks what was resolved until the line is written, so that later secrets are masked too. */
function maskOf(config: Configuration): MaskSecrets {
	let known = 0;
	let mask = createMask([]);
	return (text) => {
		const secrets = config.secrets();
		if (secrets.length !== known) {
			known = secrets.length;
			mask = createMask(secrets);
		}
		return mask(text);
	};
}

const systemClock: Clock = {
	now: () => Date.now(),
	sleep: async (ms, signal) => {
		await delay(ms, undefined, {signal}).catch(() => {
			// Aborted: woken early.
		});
	},
	every: (ms, work) => {
		const timer = setInterval(work, ms);
		return () => clearInterval(timer);
	},
	jitter: () => Math.random(),
};
