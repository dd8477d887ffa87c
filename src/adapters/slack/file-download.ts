import {z} from 'zod';
import {Failure} from '../../operations/ports/failure.ts';
import {limits} from './limits.ts';
import {defaultApiUrl, type WebClient} from './slack-client.ts';
import {calling} from './slack-failure.ts';

const File = z.object({
	name: z.string().nullish(),
	url_private_download: z.string().optional(),
	url_private: z.string().optional(),
});

export interface DownloadOptions {
	readonly client: WebClient;
	readonly botToken: string;
	readonly apiUrl: string | null;
	readonly timeoutMs?: number;
}

export interface DownloadedFile {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** The bytes of an uploaded file. Throws Failure slack-refused or slack-unreachable with a sentence for the person. */
export async function downloadFile(options: DownloadOptions, fileId: string): Promise<DownloadedFile> {
	const answer = await calling('the file', () => options.client.files.info({file: fileId}));
	const file = File.parse(answer.file);
	const address = file.url_private_download ?? file.url_private;
	if (address === undefined) {
		throw new Failure('slack-refused', 'Slack does not hand out the uploaded file. Upload it again.');
	}
	return {name: file.name ?? 'script.sql', bytes: await fetchBytes(options, trusted(address, options.apiUrl))};
}

/** The bot token goes along, so it goes to Slack only: over https, or to the API address that the configuration names. */
function trusted(address: string, apiUrl: string | null): URL {
	const url = URL.canParse(address) ? new URL(address) : null;
	const api = new URL(apiUrl ?? defaultApiUrl);
	if (url !== null && (url.origin === api.origin || url.protocol === 'https:')) return url;
	throw new Failure('slack-refused', 'The uploaded file lies at an address that Lockstep does not trust.');
}

async function fetchBytes(options: DownloadOptions, url: URL): Promise<Uint8Array> {
	const signal = AbortSignal.timeout(options.timeoutMs ?? 30_000);
	try {
		// A redirect would carry the person to a login page, and the token along: Slack sends it when the token is not good.
		const response = await fetch(url, {
			headers: {authorization: `Bearer ${options.botToken}`},
			redirect: 'manual',
			signal,
		});
		if (response.status >= 500 || response.status === 429) {
			throw new Failure('slack-unreachable', `Slack did not hand out the uploaded file (HTTP ${response.status}).`);
		}
		const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
		if (!response.ok || isPage) {
			throw new Failure(
				'slack-refused',
				`Slack refused to hand out the uploaded file (HTTP ${response.status}). The app needs the scope files:read.`,
			);
		}
		return await readCapped(response);
	} catch (error) {
		if (error instanceof Failure) throw error;
		throw new Failure('slack-unreachable', 'The uploaded file could not be fetched from Slack.', {cause: error});
	}
}

/** Reads no more than a script may have, whatever the other side sends. */
async function readCapped(response: Response): Promise<Uint8Array> {
	if (response.body === null) return new Uint8Array();
	const chunks: Uint8Array[] = [];
	let length = 0;
	for await (const chunk of response.body) {
		length += chunk.byteLength;
		if (length > limits.fileBytes) throw new Failure('slack-refused', 'The uploaded file is larger than 10 MB.');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks);
}
