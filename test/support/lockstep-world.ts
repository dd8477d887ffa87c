import {createHash, randomBytes, randomUUID} from 'node:crypto';
import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import path from 'node:path';
import {setTimeout as delay} from 'node:timers/promises';

import pg from 'pg';
import {afterEach, beforeEach, expect} from 'vitest';

import {createBackups} from '../../src/adapters/backups/backups.ts';
import {createRecordStore} from '../../src/adapters/record/record-store.ts';
import {createScriptReader} from '../../src/adapters/sql/reader.ts';
import type {TargetSettings} from '../../src/adapters/target/connection.ts';
import {createScratch} from '../../src/adapters/scratch/scratch.ts';
import {createTargets} from '../../src/adapters/target/target-database.ts';
import {itemsToConfirm} from '../../src/domain/approval.ts';
import {answerableItemIds} from '../../src/domain/checklist.ts';
import type {Person} from '../../src/domain/person.ts';
import {defaultReviewPolicy} from '../../src/domain/review/policy.ts';
import {isRefusal, type Refusal, type RefusalCode} from '../../src/domain/refusal.ts';
import {type MigrationRequest, replaceableStates, type RequestState} from '../../src/domain/request.ts';
import type {Target} from '../../src/domain/target.ts';
import {agreeWithEvidence, answerChecklist} from '../../src/operations/review/answer-checklist.ts';
import {approveRequest} from '../../src/operations/approval/approve-request.ts';
import type {Done} from '../../src/operations/decide.ts';
import {openRequest, type OpenRequest} from '../../src/operations/request/open-request.ts';
import type {Backups} from '../../src/operations/ports/backups.ts';
import {Failure} from '../../src/operations/ports/failure.ts';
import type {MessageSlot} from '../../src/operations/ports/message.ts';
import type {Messenger} from '../../src/operations/ports/messenger.ts';
import type {People} from '../../src/operations/ports/people.ts';
import type {Job} from '../../src/operations/ports/queue.ts';
import type {RequestRecord} from '../../src/operations/ports/record.ts';
import type {Scratch} from '../../src/operations/ports/scratch.ts';
import type {TargetDatabase, Targets} from '../../src/operations/ports/targets.ts';
import {performRun} from '../../src/operations/run/perform-run.ts';
import {reviewRequest} from '../../src/operations/review/review-script.ts';
import type {WorkerWorld} from '../../src/operations/run/run-context.ts';
import {startRun} from '../../src/operations/run/start-run.ts';
import {makeScratchPlace} from '../adapters/scratch/rehearsing.ts';
import {createDatabase, databaseServer, databaseUrl, recordTemplate} from './databases.ts';
import {type EfCommand, efScript, type EfScript} from './ef-script.ts';
import {atEndOfFile} from './leaks.ts';

/** The people of the tests, by what they are. Whoever is listed as an approver stands in the group, whatever they are. */
export const cast = {
	dana: 'U0DANA00001',
	priya: 'U0PRIYA0001',
	omar: 'U0OMAR00001',
	lena: 'U0LENA00001',
	sam: 'U0SAM000001',
	otto: 'U0OTTO00001',
	gus: 'U0GUS000001',
	bot: 'U0BOT000001',
	gone: 'U0GONE00001',
	alien: 'U0ALIEN0001',
} as const;

const groups: Readonly<Record<string, readonly string[]>> = {
	S0APPROVERS: [cast.dana, cast.priya, cast.omar, cast.gus, cast.bot, cast.gone, cast.alien],
};

export const initial = '20260101000000_Initial';
export const change = '20260201000000_Change';

/** A script as EF 10 writes it: what production holds already, and a pending migration of these statements. */
export function changing(
	statements: readonly EfCommand[],
	more: Partial<EfScript> & {readonly id?: string} = {},
): Buffer {
	const {id = change, ...options} = more;
	return efScript({
		version: '10',
		migrations: [
			{id: initial, statements: ['CREATE TABLE customers (id integer PRIMARY KEY)']},
			{id, statements},
		],
		...options,
	});
}

/** Nobody objects to it. */
export const harmless = changing(['ALTER TABLE customers ADD points integer NOT NULL DEFAULT 0']);

/** A blocker that may be waived, and destructive. */
export const destructive = changing(['ALTER TABLE customers DROP COLUMN phone']);

/** PostgreSQL refuses it for the rows that are there, and nothing of it stays. */
export const failing = changing([
	'ALTER TABLE customers ADD points integer NOT NULL DEFAULT 0',
	'ALTER TABLE customers ADD CONSTRAINT few CHECK (id < 10)',
]);

const productionSql = `
	CREATE TABLE "__EFMigrationsHistory" ("MigrationId" varchar(150) PRIMARY KEY, "ProductVersion" varchar(32) NOT NULL);
	INSERT INTO "__EFMigrationsHistory" VALUES ('${initial}', '10.0.3');
	CREATE TABLE customers (id integer PRIMARY KEY, name text, phone text);
	INSERT INTO customers SELECT n, 'name ' || n, '555-' || n FROM generate_series(1, 20) AS n;
	CREATE TABLE orders (id integer PRIMARY KEY, customer integer);
	INSERT INTO orders SELECT n, n % 20 FROM generate_series(1, 200) AS n;
	CREATE TABLE drafts (id integer PRIMARY KEY);
	CREATE TABLE seeds (name text);
	INSERT INTO seeds VALUES ('first');`;

/** A production database of one test, as the target of that name. */
export interface Production {
	readonly name: string;
	/** Runs SQL as the superuser: what happens behind Lockstep's back. */
	query<Row extends pg.QueryResultRow>(sql: string): Promise<readonly Row[]>;
	/** A session of the superuser's, or of the login that applies; whoever asked for it ends it. */
	connect(as?: 'superuser' | 'applier'): Promise<pg.Client>;
	/** Ids in the history. */
	history(): Promise<readonly string[]>;
	/** Changes how the worker reaches the database. */
	reach(changed: Partial<TargetSettings>): void;
	/** Changes the target's configuration. */
	configure(changed: Partial<Target>): void;
	target(): Target;
}

/** Called once each, right before the real thing: races are made here. */
export interface Moments {
	beforeReview?: () => Promise<void>;
	beforeBackup?: () => Promise<void>;
	afterBackup?: () => Promise<void>;
	beforeApply?: () => Promise<void>;
	duringApply?: () => Promise<void>;
}

export interface Lockstep {
	/** The first worker, and a bot's world as well. */
	readonly world: WorkerWorld;
	readonly record: WorkerWorld['record'];
	/** Another worker of the same record. */
	worker(name: string, changed?: Partial<WorkerWorld>): WorkerWorld;
	readonly queue: {down: boolean; readonly hints: Job[]};
	readonly slack: FakeSlack;
	readonly clock: {advance(ms: number): void};
	readonly moments: Moments;
	readonly backupDirectory: string;
	/** Runs SQL on the record. */
	query<Row extends pg.QueryResultRow>(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
	/** A new production database and its target. */
	production(changed?: Partial<Target>): Promise<Production>;
	open(target: Production | string, script: Uint8Array, more?: Partial<OpenRequest>): Promise<number>;
	load(number: number): Promise<RequestRecord>;
	state(number: number): Promise<RequestState>;
	request(number: number): Promise<MigrationRequest>;
	digest(number: number): Promise<string>;
	/** The kinds of the request's audit events, oldest first. */
	events(number: number): Promise<readonly string[]>;
	/** Kind and, of lines, the text of each message, oldest first. */
	messages(number: number): Promise<readonly string[]>;
	review(number: number): Promise<RequestRecord>;
	/** Opened and reviewed. */
	reviewed(target: Production | string, script: Uint8Array, more?: Partial<OpenRequest>): Promise<number>;
	/** Every checklist item answered with yes, by the requester. */
	answer(number: number): Promise<void>;
	approve(number: number, person: string): Promise<Done | Refusal>;
	/** Opened, reviewed, answered and approved. */
	approved(target: Production | string, script: Uint8Array, more?: Partial<OpenRequest>): Promise<number>;
	start(number: number): Promise<void>;
	/** Approved, and Run now was clicked. */
	started(target: Production | string, script: Uint8Array, more?: Partial<OpenRequest>): Promise<number>;
	/** Performs the run that is due. */
	run(number: number): Promise<RequestRecord>;
	/** A script that PostgreSQL refuses was approved and run: an escalation is open. */
	failed(target: Production): Promise<{readonly number: number; readonly escalation: number}>;
}

export interface FakeSlack {
	readonly people: People;
	readonly messenger: Messenger;
	/** Slack cannot be asked about people. */
	lookUpDown: boolean;
	/** Changes what Slack knows of a person; null forgets them. */
	change(id: string, changed: Partial<Person> | null): void;
	/** Takes a person out of the approvers. */
	removeApprover(id: string): void;
	/** What stands in Slack, oldest first. */
	readonly posts: {readonly slot: MessageSlot; readonly ts: string; shows: number}[];
	/** Called before a post or an edit takes effect; what it throws is Slack's answer. */
	onPost: ((slot: MessageSlot) => Promise<void>) | null;
	/** Called after a post took effect: an answer that is lost. */
	onPosted: ((slot: MessageSlot) => Promise<void>) | null;
	/** Everything as at the beginning. */
	reset(): void;
}

/**
 * Everything real but Slack, the queue's hints and the clock: a record and target databases of this file's own, logins as
 * production has them, backups in a temporary directory. Asserts after every test that each request's audit is unbroken.
 */
export async function openLockstep(): Promise<Lockstep> {
	const logins = await createLogins();
	const recordDatabase = await createDatabase({template: await recordTemplate()});
	const record = createRecordStore(recordDatabase.url, () => undefined);
	const sql = new pg.Pool({connectionString: recordDatabase.url, max: 2});
	const scripts = createScriptReader();
	const backupDirectory = await mkdtemp(path.join(tmpdir(), 'backups-'));
	const scratchDirectory = await makeScratchPlace();
	atEndOfFile(async () => {
		await Promise.all([record.close(), sql.end(), scripts.close()]);
		await rm(backupDirectory, {recursive: true, force: true});
	});
	const {binDirectory} = await databaseServer();
	const productions = await openProductions(logins, backupDirectory);
	const queue = {down: false, hints: [] as Job[]};
	const slack = fakeSlack();
	const moments: Moments = {};
	/** Revisions whose audit was looked at: a chain only grows. */
	const audited = new Map<number, number>();
	let offset = 0;

	const scratch = (): Scratch =>
		createScratch({
			targets: [...productions.reached.values()].map(({user, password, ...settings}) => ({
				...settings,
				apply: {user, password},
				backup: logins.backup,
			})),
			toolFolders: [binDirectory],
			directory: scratchDirectory,
			keepAwayFrom: [backupDirectory],
		});
	const world: WorkerWorld = {
		record,
		scripts,
		people: slack.people,
		queue: {
			hint: (job) => {
				if (!queue.down) queue.hints.push(job);
				return Promise.resolve(!queue.down);
			},
		},
		settings: {targets: productions.targets, leaseMs: 20_000, heartbeatMs: 100},
		clock: {
			now: () => Date.now() + offset,
			// Waiting takes a tenth of its time: what is waited for here comes at once or not at all.
			sleep: async (ms, signal) => {
				await delay(ms / 10, undefined, {signal}).catch(() => undefined);
			},
			every: (ms, work) => {
				const timer = setInterval(work, ms);
				return () => clearInterval(timer);
			},
			jitter: () => 0,
		},
		hash: (content) => createHash('sha256').update(content).digest('hex'),
		uuid: randomUUID,
		worker: 'worker 1',
		stopping: new AbortController().signal,
		targets: targetsWith(moments, () =>
			createTargets({targets: [...productions.reached.values()], toolFolders: [binDirectory]}),
		),
		backups: backupsWith(moments, () =>
			createBackups({
				targets: [...productions.reached.values()].map((settings) => ({...settings, ...logins.backup})),
				toolFolders: [binDirectory],
			}),
		),
		scratch: {
			rehearse: async (request) => await scratch().rehearse(request),
			drill: async (request) => await scratch().drill(request),
			placeForCopy: async (bytes) => await scratch().placeForCopy(bytes),
			sweep: async () => await scratch().sweep(),
		},
	};

	beforeEach(() => productions.lend());
	afterEach(async () => {
		productions.takeBack();
		for (const moment of Object.keys(moments)) Reflect.deleteProperty(moments, moment);
		queue.down = false;
		queue.hints.length = 0;
		offset = 0;
		slack.reset();
		const {rows} = await sql.query<{number: number; revision: number}>('select number, revision from request');
		const changed = rows.filter(({number, revision}) => audited.get(number) !== revision);
		const broken = await Promise.all(
			changed.map(async ({number, revision}) => {
				audited.set(number, revision);
				return (await record.auditHolds(number)) ? [] : [`MR-${number}`];
			}),
		);
		expect(broken.flat(), 'requests whose audit is broken').toEqual([]);
		// The next test's script would take the place of what this one left open.
		await sql.query(`update request set state = 'withdrawn' where state = any($1)`, [replaceableStates]);
	});

	const lockstep: Lockstep = {
		world,
		record,
		worker: (name, changed) => ({...world, worker: name, ...changed}),
		queue,
		slack,
		clock: {
			advance: (ms) => {
				offset += ms;
			},
		},
		moments,
		backupDirectory,
		query: async <Row extends pg.QueryResultRow>(text: string, values: readonly unknown[] = []) =>
			(await sql.query<Row>(text, [...values])).rows,
		production: productions.make,
		open: async (target, script, more) => numberIn(await openRequest(world, askFor(target, script, more))),
		load: async (number) => {
			const loaded = await record.load(number);
			if (loaded === null) throw new Error(`no MR-${number}`);
			return loaded;
		},
		state: async (number) => (await lockstep.request(number)).state,
		request: async (number) => (await lockstep.load(number)).request,
		digest: async (number) => {
			const {reviewDigest} = await lockstep.request(number);
			if (reviewDigest === null) throw new Error(`MR-${number} has no review`);
			return reviewDigest;
		},
		events: async (number) => {
			const {rows} = await sql.query<{kind: string}>(
				'select kind from audit_event where request = $1 order by sequence',
				[number],
			);
			return rows.map(({kind}) => kind);
		},
		messages: async (number) => {
			const {rows} = await sql.query<{kind: string; payload: MessageSlot['payload']}>(
				'select kind, payload from message where request = $1 order by id',
				[number],
			);
			return rows.map(({kind, payload}) => (kind === 'line' ? `line ${payload['about']}` : kind));
		},
		review: async (number) => {
			await reviewRequest(world, number);
			return await lockstep.load(number);
		},
		reviewed: async (target, script, more) => {
			const number = await lockstep.open(target, script, more);
			await lockstep.review(number);
			return number;
		},
		answer: async (number) => {
			const ask = {number, person: cast.dana, digest: await lockstep.digest(number)};
			for (const item of answerableItemIds) {
				expectDone(await answerChecklist(world, {...ask, item, verdict: 'yes', reason: 'we looked'}));
			}
		},
		approve: async (number, person) => {
			const {review} = await lockstep.request(number);
			const confirmedItems = review === null ? [] : itemsToConfirm(review);
			return await approveRequest(world, {number, person, digest: await lockstep.digest(number), confirmedItems});
		},
		approved: async (target, script, more) => {
			const number = await lockstep.reviewed(target, script, more);
			expectDone(await agreeWithEvidence(world, {number, person: cast.dana, digest: await lockstep.digest(number)}));
			expectDone(await lockstep.approve(number, cast.priya));
			return number;
		},
		start: async (number) => {
			expectDone(await startRun(world, {number, person: cast.dana, digest: await lockstep.digest(number)}));
		},
		started: async (target, script, more) => {
			const number = await lockstep.approved(target, script, more);
			await lockstep.start(number);
			return number;
		},
		run: async (number) => {
			await performRun(world, number);
			return await lockstep.load(number);
		},
		failed: async (target) => {
			const number = await lockstep.started(target, failing);
			const [escalation] = (await lockstep.run(number)).escalations;
			if (escalation === undefined) throw new Error(`MR-${number} did not fail`);
			return {number, escalation: escalation.id};
		},
	};
	return lockstep;
}

/** A submission of the modal: by Dana, who wrote the script. */
export function askFor(target: Production | string, script: Uint8Array, more: Partial<OpenRequest> = {}): OpenRequest {
	return {
		targets: [typeof target === 'string' ? target : target.name],
		app: 'shop',
		version: '1.4.0',
		summary: 'A change',
		author: cast.dana,
		requester: cast.dana,
		start: {kind: 'by-hand'},
		submissionKey: randomUUID(),
		script: {name: 'migration.sql', bytes: script},
		...more,
	};
}

export function expectDone(answer: Done | Refusal): Done {
	if (isRefusal(answer)) throw new Error(`refused: ${answer.code}: ${answer.sentence}`);
	return answer;
}

export function expectRefusal(answer: Done | Refusal, code: RefusalCode): Refusal {
	if (!isRefusal(answer)) throw new Error(`not refused but: ${answer.sentence}`);
	expect(answer).toMatchObject({code, sentence: expect.stringMatching(/\S.*[.?]$/)});
	return answer;
}

export function numberIn(answer: Done | Refusal): number {
	const {sentence} = expectDone(answer);
	const number = /MR-(\d+)/.exec(sentence)?.[1];
	if (number === undefined) throw new Error(`no request in: ${sentence}`);
	return Number(number);
}

/** Looks until it is so. */
export async function until(look: () => Promise<boolean>, what: string): Promise<void> {
	const giveUpAt = Date.now() + 10_000;
	while (!(await look())) {
		if (Date.now() > giveUpAt) throw new Error(`never happened: ${what}`);
		await delay(20);
	}
}

function targetNamed(name: string, owner: string, directory: string): Target {
	return {
		name,
		channel: 'C0DBMIGR001',
		pool: 'default',
		histories: [{app: 'shop', context: 'ShopContext', table: '"__EFMigrationsHistory"'}],
		people: {approvers: ['S0APPROVERS'], waivers: [cast.omar, cast.dana], leads: [cast.lena], onCall: [cast.sam]},
		policy: {
			requesterMayApprove: false,
			startAtOnceAllowed: true,
			review: defaultReviewPolicy,
			approvalHours: 24,
			escalateEveryMinutes: 15,
			approvals: 1,
			onlyVerifiedBytes: false,
			remindAfterMinutes: null,
			workingHours: {timeZone: 'UTC', days: [1, 2, 3, 4, 5], from: 9, to: 17},
		},
		after: null,
		backup: {directory, keepDays: 7, required: true},
		apply: {lockTimeoutMs: 200, lockAttempts: 3, role: owner, graceMs: 5000, maxActiveSessions: null},
		verification: {appRoles: [], probes: [], ignore: []},
		// A rehearsal takes a second or two, a drill as long again: those who test them ask for them.
		rehearsal: {enabled: false},
		drill: {enabled: false, maxBytes: 1024 ** 3, withinMs: 60_000},
		restoreRunbook: 'https://runbooks.example/restore',
	};
}

interface Logins {
	readonly owner: string;
	readonly apply: {readonly user: string; readonly password: string};
	readonly backup: {readonly user: string; readonly password: string};
}

/** The roles that a well-kept production has. They belong to the whole cluster: their names are this file's own. */
async function createLogins(): Promise<Logins> {
	const own = randomBytes(5).toString('hex');
	const [owner, apply, backup] = [`owner_${own}`, `migrator_${own}`, `backup_${own}`];
	await administer([
		`CREATE ROLE ${owner} NOLOGIN`,
		`CREATE ROLE ${apply} LOGIN PASSWORD 'apply-secret' IN ROLE ${owner}, pg_monitor, pg_signal_backend`,
		`CREATE ROLE ${backup} LOGIN PASSWORD 'backup-secret' IN ROLE pg_read_all_data`,
	]);
	// Asked for first, so done last: the databases that the owner owns are gone by then.
	atEndOfFile(async () => await administer([apply, backup, owner].map((role) => `DROP ROLE ${role}`)));
	return {
		owner,
		apply: {user: apply, password: 'apply-secret'},
		backup: {user: backup, password: 'backup-secret'},
	};
}

interface Productions {
	/** As configured, and as reached with their secrets, by name. */
	readonly targets: ReadonlyMap<string, Target>;
	readonly reached: ReadonlyMap<string, TargetSettings>;
	readonly make: Lockstep['production'];
	/** Databases asked for from now on are given to the next test after this one. */
	lend(): void;
	takeBack(): void;
}

/** Production databases, made anew for every test that asks: to fill one again takes a fraction of creating one. */
async function openProductions(logins: Logins, backupDirectory: string): Promise<Productions> {
	const {host, port} = await databaseServer();
	const targets = new Map<string, Target>();
	const reached = new Map<string, TargetSettings>();
	const free: string[] = [];
	const lent: string[] = [];
	let lending = false;
	return {
		targets,
		reached,
		lend: () => {
			lending = true;
		},
		takeBack: () => {
			free.push(...lent.splice(0));
		},
		make: async (changed = {}) => {
			const database = free.pop() ?? (await createDatabase()).name;
			if (lending) lent.push(database);
			const name = `shop-${reached.size + 1}`;
			const settings: TargetSettings = {
				name,
				host,
				port,
				database,
				...logins.apply,
				ssl: null,
				role: logins.owner,
				historyTables: ['"__EFMigrationsHistory"'],
				connectTimeoutMs: 3000,
			};
			const unchanged = {...targetNamed(name, logins.owner, backupDirectory), ...changed};
			targets.set(name, unchanged);
			reached.set(name, settings);
			const connect: Production['connect'] = async (as = 'superuser') =>
				await connectTo(database, as === 'applier' ? logins.apply : undefined);
			const query: Production['query'] = async <Row extends pg.QueryResultRow>(sql: string) =>
				await queryOn<Row>(connect, sql);
			const client = await connect();
			try {
				await client.query(endOthers);
				await client.query(asNew(database, logins.owner));
			} finally {
				await client.end();
			}
			return {
				name,
				query,
				connect,
				history: async () => {
					const rows = await query<{id: string}>(`SELECT "MigrationId" AS id FROM "__EFMigrationsHistory" ORDER BY 1`);
					return rows.map(({id}) => id);
				},
				reach: (other) => reached.set(name, {...settings, ...other}),
				configure: (other) => targets.set(name, {...(targets.get(name) ?? unchanged), ...other}),
				target: () => targets.get(name) ?? unchanged,
			};
		},
	};
}

async function connectTo(database: string, login?: Logins['apply']): Promise<pg.Client> {
	const client = new pg.Client({connectionString: await databaseUrl(database, login)});
	client.on('error', () => undefined);
	await client.connect();
	return client;
}

async function queryOn<Row extends pg.QueryResultRow>(
	connect: () => Promise<pg.Client>,
	sql: string,
): Promise<readonly Row[]> {
	const client = await connect();
	try {
		return (await client.query<Row>(sql)).rows;
	} finally {
		await client.end();
	}
}

/** A session of the test before may still be on its way out, and with it the lock of an apply: waits up to 5 s for it. */
const endOthers = `SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
	WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

/** Whatever the database holds, it is then as every production database begins. */
function asNew(database: string, owner: string): string {
	return `SET lock_timeout = '5s';
		ALTER DATABASE "${database}" OWNER TO ${owner};
		ALTER DATABASE "${database}" CONNECTION LIMIT -1;
		ALTER DATABASE "${database}" RESET ALL;
		DO $$ DECLARE name text; BEGIN
			FOR name IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
				EXECUTE format('DROP SCHEMA %I CASCADE', name);
			END LOOP;
		END $$;
		CREATE SCHEMA public AUTHORIZATION ${owner};
		SET ROLE ${owner};
		${productionSql}
		ANALYZE customers, orders, drafts, seeds;`;
}

async function administer(statements: readonly string[]): Promise<void> {
	const client = new pg.Client({connectionString: await databaseUrl('postgres')});
	await client.connect();
	try {
		for (const statement of statements) await client.query(statement);
	} finally {
		await client.end();
	}
}

/** Takes what was asked to happen at this moment, and has it happen once. */
async function reach(moments: Moments, name: keyof Moments): Promise<void> {
	const moment = moments[name];
	Reflect.deleteProperty(moments, name);
	await moment?.();
}

function targetsWith(moments: Moments, open: () => Targets): Targets {
	return {
		open: (name) => {
			const real = open().open(name);
			return {
				...real,
				tableFacts: async (tables) => {
					await reach(moments, 'beforeReview');
					return await real.tableFacts(tables);
				},
				apply: (request) => {
					const beats: (() => void)[] = [];
					const session = startLater(moments, real, request, beats);
					session.catch(() => undefined);
					return {beat: () => beats.forEach((beat) => beat()), outcome: session};
				},
			};
		},
	};
}

async function startLater(
	moments: Moments,
	real: TargetDatabase,
	request: Parameters<TargetDatabase['apply']>[0],
	beats: (() => void)[],
): ReturnType<TargetDatabase['apply']>['outcome'] {
	await reach(moments, 'beforeApply');
	const session = real.apply(request);
	beats.push(() => session.beat());
	const [outcome] = await Promise.all([session.outcome, reach(moments, 'duringApply')]);
	return outcome;
}

function backupsWith(moments: Moments, open: () => Backups): Backups {
	return {
		take: async (backup) => {
			await reach(moments, 'beforeBackup');
			const taken = await open().take(backup);
			await reach(moments, 'afterBackup');
			return taken;
		},
		check: async (...asked) => await open().check(...asked),
		verify: async (asked) => await open().verify(asked),
		countedRows: async (asked) => await open().countedRows(asked),
		remove: async (asked) => await open().remove(asked),
		rowsWritten: async (target) => await open().rowsWritten(target),
	};
}

function fakeSlack(): FakeSlack {
	const people = new Map<string, Person>();
	const members = new Map<string, readonly string[]>();
	let ts = 0;

	function answering<T>(answer: () => T): Promise<T> {
		if (slack.lookUpDown) return Promise.reject(new Failure('slack-unreachable', 'Slack did not answer a look-up.'));
		return Promise.resolve(answer());
	}

	const slack: FakeSlack = {
		lookUpDown: false,
		posts: [],
		onPost: null,
		onPosted: null,
		people: {
			person: async (id) => await answering(() => people.get(id) ?? null),
			members: async (names) =>
				await answering(() =>
					names.flatMap((name) => members.get(name) ?? [name]).flatMap((id) => people.get(id) ?? []),
				),
		},
		messenger: {
			post: async (slot, {request}) => {
				await slack.onPost?.(slot);
				const post = {slot, ts: `17000000.${String(++ts).padStart(6, '0')}`, shows: request.revision};
				slack.posts.push(post);
				await slack.onPosted?.(slot);
				return post.ts;
			},
			edit: async (slot, {request}) => {
				await slack.onPost?.(slot);
				const post = slack.posts.find((one) => one.ts === slot.ts);
				if (post === undefined) throw new Failure('slack-refused', 'message_not_found');
				post.shows = request.revision;
			},
			find: (slot) => Promise.resolve(slack.posts.find((post) => post.slot.id === slot.id)?.ts ?? null),
		},
		change: (id, changed) => {
			const person = people.get(id);
			if (changed === null) people.delete(id);
			else if (person !== undefined) people.set(id, {...person, ...changed});
		},
		removeApprover: (id) => {
			members.set(
				'S0APPROVERS',
				(members.get('S0APPROVERS') ?? []).filter((one) => one !== id),
			);
		},
		reset: () => {
			slack.lookUpDown = false;
			slack.onPost = null;
			slack.onPosted = null;
			slack.posts.length = 0;
			people.clear();
			for (const [name, id] of Object.entries(cast)) {
				people.set(id, {
					id,
					name,
					deactivated: name === 'gone',
					bot: name === 'bot',
					guest: name === 'gus',
					stranger: name === 'alien',
				});
			}
			members.clear();
			for (const [group, ids] of Object.entries(groups)) members.set(group, ids);
		},
	};
	slack.reset();
	return slack;
}
