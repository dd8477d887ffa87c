import {isObject, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {changed} from '../state/slack.ts';
import type {Channel, Message, Slack} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';

/** What has come since a person last looked. */
export type Unread = {readonly unread: number; readonly mentions: number};

/** A person has seen a channel up to this ts; a mark never goes back. */
export function markRead(
	slack: Slack,
	{person, channel, ts}: {readonly person: PersonRecord; readonly channel: Channel; readonly ts: string},
): void {
	if (Number(ts) <= Number(markOf(slack, person, channel))) return;
	slack.readMarks.set(keyOf(person, channel), ts);
	changed(slack);
}

/** Messages after the mark that others wrote and that this person can see, and those that mention them. */
export function unreadIn(slack: Slack, channel: Channel, person: PersonRecord): Unread {
	const mark = Number(markOf(slack, person, channel));
	const called = namesOf(slack, person);
	const seen = channel.messages.filter(
		(each) => !each.deleted && (each.visibleTo === undefined || each.visibleTo === person.id),
	);
	const recent = seen.filter((each) => Number(each.ts) > mark && each.user !== person.id);
	const followed = followedThreads(seen, recent, (each) => each.user === person.id || mentions(each, called));
	const news = recent.filter((each) => each.threadTs === undefined || each.broadcast || followed.has(each.threadTs));
	const personal = channel.kind === 'direct' ? news : news.filter((each) => mentions(each, called));
	return {unread: news.length, mentions: personal.length};
}

/** Of the threads in which something happened, those with a message that concerns the person. */
function followedThreads(
	seen: readonly Message[],
	recent: readonly Message[],
	concerns: (message: Message) => boolean,
): ReadonlySet<string> {
	const busy = new Set(recent.flatMap((each) => each.threadTs ?? []));
	const messages = seen.filter((each) => busy.has(each.threadTs ?? each.ts));
	return new Set(messages.filter(concerns).map((each) => each.threadTs ?? each.ts));
}

function markOf(slack: Slack, person: PersonRecord, channel: Channel): string {
	return slack.readMarks.get(keyOf(person, channel)) ?? '0';
}

function keyOf(person: PersonRecord, channel: Channel): string {
	return `${person.id} ${channel.id}`;
}

/** What calls this person in mrkdwn, between `<` and `>` (Slack: "Formatting text for app surfaces", mentions). */
function namesOf(slack: Slack, person: PersonRecord): ReadonlySet<string> {
	const groups = [...slack.userGroups.values()].filter((each) => each.members.has(person.id));
	const everybody = ['!here', '!channel', '!everyone'];
	return new Set([`@${person.id}`, ...groups.map((each) => `!subteam^${each.id}`), ...everybody]);
}

function mentions({text, blocks, attachments}: Message, called: ReadonlySet<string>): boolean {
	return [text, blocks, attachments].some((each) => mentionsIn(each, called));
}

/** In texts and in the elements of rich text, however deep they lie. */
function mentionsIn(value: unknown, called: ReadonlySet<string>): boolean {
	if (typeof value === 'string') {
		return [...value.matchAll(/<([@!][^|>]+)/g)].some((match) => called.has(match[1] ?? ''));
	}
	if (Array.isArray(value)) return value.some((each) => mentionsIn(each, called));
	if (!isObject(value)) return false;
	return called.has(richName(value)) || Object.values(value).some((each) => mentionsIn(each, called));
}

/** The name of a rich text element as mrkdwn would write it. */
function richName(element: JsonObject): string {
	switch (element['type']) {
		case 'user':
			return `@${textField(element, 'user_id') ?? ''}`;
		case 'usergroup':
			return `!subteam^${textField(element, 'usergroup_id') ?? ''}`;
		case 'broadcast':
			return `!${textField(element, 'range') ?? ''}`;
		default:
			return '';
	}
}
