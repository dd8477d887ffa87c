import {randomUUID} from 'node:crypto';
import {Readable} from 'node:stream';
import type {S3Client} from '@aws-sdk/client-s3';
import {Failure} from '../../operations/ports/failure.ts';
import {cancelled} from './cancelled.ts';
import {quote} from './quote.ts';
import {backupName, type BackupStorage, namesTried, type NewBackup, type UnpublishedBackup} from './storage.ts';

/** A bucket of Amazon S3 or of a server that speaks as it does. */
export interface S3Settings {
	readonly bucket: string;
	/** Before every name; empty, or with a slash at its end. */
	readonly prefix: string;
	readonly region: string;
	/** Null for Amazon's own. */
	readonly endpoint: string | null;
	/** The bucket's name in the path instead of the host's name, as most servers of one's own want it. */
	readonly pathStyle: boolean;
	/** Null for what the machine has: its role, or the AWS variables of the environment. */
	readonly credentials: {readonly accessKeyId: string; readonly secretAccessKey: string} | null;
}

/** Bytes. A bucket takes 10,000 parts of an object. */
const leastPart = 8 * 1024 * 1024;
const mostParts = 9000;
/** Parts on their way at once: together with the one being filled, what a worker holds in memory. */
const partsAtOnce = 2;
const connectMs = 5000;
/** A bucket that says nothing for so long is away. Milliseconds. */
const silenceMs = 60_000;

/** What the calls of one storage have in common. */
interface Bucket {
	readonly settings: S3Settings;
	/** Loaded where it is asked for: most installations keep their backups in a directory. */
	client(): Promise<S3Client>;
	/** Translates what the bucket refuses. */
	within<T>(work: () => Promise<T>): Promise<T>;
}

/** Backups as objects: written in parts, each with its checksum, and read back before they count. */
export function createS3Storage(settings: S3Settings): BackupStorage {
	const bucket = openBucket(settings);
	return {
		place: `s3://${settings.bucket}/${settings.prefix}`,
		check: async () => await bucket.within(async () => await requireWritable(bucket)),
		sweep: async (requestNumber) => await bucket.within(async () => await sweep(bucket, requestNumber)),
		begin: async (backup) => await bucket.within(async () => begin(bucket, backup, await freeKey(bucket, backup))),
		read: async (path) => await bucket.within(async () => await read(bucket, keyOf(bucket, path))),
		manifest: async (path) => await bucket.within(async () => await readText(bucket, manifestOf(keyOf(bucket, path)))),
		remove: async (path) =>
			await bucket.within(async () => {
				const key = keyOf(bucket, path);
				await remove(bucket, key);
				await remove(bucket, manifestOf(key));
			}),
		fetching: (path) => {
			const file = path.slice(path.lastIndexOf('/') + 1);
			const endpoint = settings.endpoint === null ? '' : `--endpoint-url ${quote(settings.endpoint)} `;
			return {command: `aws s3 cp ${endpoint}--region ${quote(settings.region)} ${quote(path)} ${quote(file)}`, file};
		},
	};
}

function openBucket(settings: S3Settings): Bucket {
	let opened: Promise<S3Client> | null = null;
	return {
		settings,
		client: async () => await (opened ??= connect(settings)),
		within: async (work) => {
			try {
				return await work();
			} catch (error) {
				throw error instanceof Failure ? error : failureOf(error, settings);
			}
		},
	};
}

async function connect({region, endpoint, pathStyle, credentials}: S3Settings): Promise<S3Client> {
	const {S3Client: Client} = await import('@aws-sdk/client-s3');
	return new Client({
		region,
		forcePathStyle: pathStyle,
		maxAttempts: 4,
		requestHandler: {connectionTimeout: connectMs, requestTimeout: silenceMs},
		...(endpoint === null ? {} : {endpoint}),
		...(credentials === null ? {} : {credentials}),
	});
}

/** The error's own words hold no secret: the signature goes with the request, not with the answer. */
function failureOf(error: unknown, {bucket, endpoint}: S3Settings): Failure {
	const name = error instanceof Error ? error.name : 'Error';
	const said = error instanceof Error && error.message !== '' ? `${name}: ${error.message}` : name;
	const where = endpoint === null ? `The bucket ${bucket}` : `The bucket ${bucket} at ${endpoint}`;
	const sentence = `${where} cannot be used (${said.replace(/\.$/, '')}). Check that it is there, and that the credentials may list, read, write and delete in it.`;
	return new Failure('backup-failed', sentence, {cause: error});
}

function statusOf(error: unknown): number | null {
	if (!(error instanceof Error) || !('$metadata' in error)) return null;
	const metadata: unknown = error.$metadata;
	if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return null;
	return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : null;
}

/** Nothing is said of room: a bucket has none to run out of that could be asked for. */
async function requireWritable(bucket: Bucket): Promise<void> {
	const {ListObjectsV2Command} = await import('@aws-sdk/client-s3');
	const client = await bucket.client();
	const {bucket: Bucket, prefix: Prefix} = bucket.settings;
	await client.send(new ListObjectsV2Command({Bucket, Prefix, MaxKeys: 1}));
	const key = `${Prefix}.lockstep-${randomUUID()}`;
	await put(bucket, key, 'May this worker write here?\n');
	await remove(bucket, key);
}

async function put(bucket: Bucket, Key: string, Body: string): Promise<void> {
	const {PutObjectCommand} = await import('@aws-sdk/client-s3');
	const client = await bucket.client();
	await client.send(new PutObjectCommand({Bucket: bucket.settings.bucket, Key, Body}));
}

async function remove(bucket: Bucket, Key: string): Promise<void> {
	const {DeleteObjectCommand} = await import('@aws-sdk/client-s3');
	const client = await bucket.client();
	await client.send(new DeleteObjectCommand({Bucket: bucket.settings.bucket, Key}));
}

async function isTaken(bucket: Bucket, Key: string): Promise<boolean> {
	const {HeadObjectCommand} = await import('@aws-sdk/client-s3');
	const client = await bucket.client();
	try {
		await client.send(new HeadObjectCommand({Bucket: bucket.settings.bucket, Key}));
		return true;
	} catch (error) {
		if (statusOf(error) === 404) return false;
		throw error;
	}
}

async function freeKey(bucket: Bucket, backup: NewBackup): Promise<string> {
	for (let second = 0; second < namesTried; second++) {
		const key = `${bucket.settings.prefix}${backupName(backup, second)}`;
		if (!(await isTaken(bucket, key))) return key;
	}
	throw new Failure('backup-failed', `The names of the next ${namesTried} seconds are taken in the bucket.`);
}

/** An object without its manifest does not count: the manifest comes last, when the object was read back. */
function begin(bucket: Bucket, {bytesAtMost}: NewBackup, key: string): UnpublishedBackup {
	let isPublished = false;
	return {
		write: async (content, signal) =>
			await bucket.within(async () => await upload(bucket, key, {content, signal, bytesAtMost})),
		read: async () => await bucket.within(async () => await read(bucket, key)),
		publish: async (manifest) =>
			await bucket.within(async () => {
				const path = `s3://${bucket.settings.bucket}/${key}`;
				await put(bucket, manifestOf(key), manifest(path));
				isPublished = true;
				return path;
			}),
		discard: async () => {
			if (!isPublished) await bucket.within(async () => await remove(bucket, key));
		},
	};
}

/** In parts as they come; a bucket that got other bytes of a part than were sent refuses it by its SHA-256. */
async function upload(
	bucket: Bucket,
	Key: string,
	{
		content,
		signal,
		bytesAtMost,
	}: {
		readonly content: AsyncIterable<Uint8Array>;
		readonly signal: AbortSignal;
		readonly bytesAtMost: number;
	},
): Promise<void> {
	const {Upload} = await import('@aws-sdk/lib-storage');
	const body = Readable.from(content, {objectMode: false});
	const sending = new Upload({
		client: await bucket.client(),
		params: {Bucket: bucket.settings.bucket, Key, Body: body, ChecksumAlgorithm: 'SHA256', IfNoneMatch: '*'},
		partSize: Math.max(leastPart, Math.ceil(bytesAtMost / mostParts)),
		queueSize: partsAtOnce,
	});
	const stop = (): void => void sending.abort();
	signal.addEventListener('abort', stop, {once: true});
	try {
		await sending.done();
	} catch (error) {
		throw signal.aborted ? cancelled() : error;
	} finally {
		signal.removeEventListener('abort', stop);
		// Whoever fills it is told that nobody reads any more.
		body.destroy();
	}
}

async function read(bucket: Bucket, Key: string): Promise<Readable> {
	const body = await get(bucket, Key);
	if (body !== null) return body;
	throw new Failure('backup-unreadable', `There is no s3://${bucket.settings.bucket}/${Key}.`);
}

async function get(bucket: Bucket, Key: string): Promise<Readable | null> {
	const {GetObjectCommand} = await import('@aws-sdk/client-s3');
	const client = await bucket.client();
	try {
		const {Body} = await client.send(new GetObjectCommand({Bucket: bucket.settings.bucket, Key}));
		return Body instanceof Readable ? Body : null;
	} catch (error) {
		if (statusOf(error) === 404) return null;
		throw error;
	}
}

async function readText(bucket: Bucket, key: string): Promise<string | null> {
	const body = await get(bucket, key);
	if (body === null) return null;
	const pieces: Uint8Array[] = [];
	for await (const piece of body as AsyncIterable<Uint8Array>) pieces.push(piece);
	return Buffer.concat(pieces).toString('utf8');
}

function manifestOf(key: string): string {
	return `${key}.json`;
}

/** Of another bucket's path too, should the configuration have moved on: but only where the credentials reach it. */
function keyOf({settings}: Bucket, path: string): string {
	const start = `s3://${settings.bucket}/`;
	if (path.startsWith(start)) return path.slice(start.length);
	throw new Failure(
		'backup-failed',
		`${path} is not in the bucket ${settings.bucket} that the target is configured with.`,
	);
}

/** Removes what killed workers left of the same request: objects without a manifest, and uploads that were never ended. */
async function sweep(bucket: Bucket, requestNumber: number): Promise<void> {
	const own = new RegExp(`^pre-migration-\\d{8}T\\d{6}Z-MR-${requestNumber}\\.dump(\\.age)?$`);
	const names = new Set(await namesIn(bucket));
	const left = [...names].filter((name) => own.test(name) && !names.has(manifestOf(name)));
	for (const name of left) await remove(bucket, `${bucket.settings.prefix}${name}`);
	await endUploads(bucket, own);
}

/** Names after the prefix, of every page. */
async function namesIn(bucket: Bucket): Promise<readonly string[]> {
	const {paginateListObjectsV2} = await import('@aws-sdk/client-s3');
	const {bucket: Bucket, prefix: Prefix} = bucket.settings;
	const names: string[] = [];
	for await (const page of paginateListObjectsV2({client: await bucket.client()}, {Bucket, Prefix})) {
		for (const {Key = ''} of page.Contents ?? []) names.push(Key.slice(Prefix.length));
	}
	return names;
}

/** Not every server lists them, and not everybody may: a rule of the bucket's own has to end them then. */
async function endUploads(bucket: Bucket, own: RegExp): Promise<void> {
	const {AbortMultipartUploadCommand, ListMultipartUploadsCommand} = await import('@aws-sdk/client-s3');
	const {bucket: Bucket, prefix: Prefix} = bucket.settings;
	const client = await bucket.client();
	const listed = await client.send(new ListMultipartUploadsCommand({Bucket, Prefix})).catch(() => null);
	for (const {Key = '', UploadId} of listed?.Uploads ?? []) {
		if (own.test(Key.slice(Prefix.length))) await client.send(new AbortMultipartUploadCommand({Bucket, Key, UploadId}));
	}
}
