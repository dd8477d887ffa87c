import type {JsonObject} from '../json.ts';
import {changed} from './slack.ts';
import type {Channel, Slack, SlackFile} from './slack.ts';

/** Announces a file of this size; its bytes come next. */
export function announceFile(
	slack: Slack,
	{name, length, owner}: {readonly name: string; readonly length: number; readonly owner: string},
): SlackFile {
	const file: SlackFile = {
		id: slack.ids.next('F'),
		name,
		owner,
		declaredLength: length,
		created: Math.floor(slack.now() / 1000),
		title: name,
		complete: false,
		givenToApp: false,
		shares: [],
	};
	slack.files.set(file.id, file);
	changed(slack);
	return file;
}

/** True when the app may read the file: its own, given through its modal, or shared where it is. */
export function appMayRead(slack: Slack, file: SlackFile): boolean {
	if (file.givenToApp || file.owner === slack.app.botUserId) return true;
	return file.shares.some((each) => slack.channels.get(each.channel)?.members.has(slack.app.botUserId));
}

/** The file object of files.info (Slack: "File object"). */
export function fileOnTheWire(slack: Slack, file: SlackFile): JsonObject {
	const path = `${slack.team.id}-${file.id}`;
	const safeName = encodeURIComponent(file.name.toLowerCase().replaceAll(' ', '_'));
	const {url} = slack.address;
	return {
		id: file.id,
		created: file.created,
		timestamp: file.created,
		name: file.name,
		title: file.title,
		...typeOf(file.name),
		user: file.owner,
		user_team: slack.team.id,
		editable: false,
		size: file.bytes?.length ?? file.declaredLength,
		mode: 'hosted',
		is_external: false,
		external_type: '',
		is_public: publicShares(slack, file).length > 0,
		public_url_shared: false,
		display_as_bot: false,
		username: '',
		url_private: `${url}/files-pri/${path}/${safeName}`,
		url_private_download: `${url}/files-pri/${path}/download/${safeName}`,
		permalink: `${url}/files/${file.owner}/${file.id}/${safeName}`,
		has_rich_preview: false,
		file_access: 'visible',
		channels: channelsOf(slack, file, 'public'),
		groups: channelsOf(slack, file, 'private'),
		ims: channelsOf(slack, file, 'direct'),
		shares: sharesOf(slack, file),
		comments_count: 0,
	};
}

function publicShares(slack: Slack, file: SlackFile): SlackFile['shares'] {
	return file.shares.filter((each) => slack.channels.get(each.channel)?.kind === 'public');
}

function channelsOf(slack: Slack, file: SlackFile, kind: Channel['kind']): readonly string[] {
	const ids = file.shares.map((each) => each.channel);
	return [...new Set(ids)].filter((id) => slack.channels.get(id)?.kind === kind);
}

function sharesOf(slack: Slack, file: SlackFile): JsonObject {
	const shares: Record<'public' | 'private', Record<string, JsonObject[]>> = {
		public: {},
		private: {},
	};
	for (const {channel, ts, threadTs} of file.shares) {
		const known = slack.channels.get(channel);
		const kind = known?.kind === 'public' ? 'public' : 'private';
		(shares[kind][channel] ??= []).push({
			ts,
			...(threadTs === undefined ? {} : {thread_ts: threadTs}),
			channel_name: known?.name ?? '',
			team_id: slack.team.id,
			reply_count: 0,
			reply_users: [],
			reply_users_count: 0,
			share_user_id: file.owner,
		});
	}
	return Object.fromEntries(Object.entries(shares).filter(([, channels]) => Object.keys(channels).length > 0));
}

const fileTypes: Readonly<Record<string, readonly [type: string, mime: string, pretty: string]>> = {
	sql: ['sql', 'text/plain', 'SQL'],
	txt: ['text', 'text/plain', 'Plain Text'],
	log: ['text', 'text/plain', 'Plain Text'],
	md: ['markdown', 'text/plain', 'Markdown'],
	json: ['json', 'application/json', 'JSON'],
	csv: ['csv', 'text/csv', 'CSV'],
	png: ['png', 'image/png', 'PNG'],
	jpg: ['jpg', 'image/jpeg', 'JPEG'],
	jpeg: ['jpg', 'image/jpeg', 'JPEG'],
	gif: ['gif', 'image/gif', 'GIF'],
	webp: ['webp', 'image/webp', 'WebP'],
	svg: ['svg', 'image/svg+xml', 'SVG'],
	pdf: ['pdf', 'application/pdf', 'PDF'],
	zip: ['zip', 'application/zip', 'Zip'],
};

function typeOf(name: string): JsonObject {
	const extension = name.includes('.') ? (name.split('.').at(-1) ?? '').toLowerCase() : '';
	const [type, mime, pretty] = fileTypes[extension] ?? ['binary', 'application/octet-stream', 'Binary'];
	return {filetype: type, mimetype: mime, pretty_type: pretty};
}
