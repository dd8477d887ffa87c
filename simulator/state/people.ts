import type {JsonObject} from '../json.ts';
import type {PersonRecord} from '../workspace.ts';
import type {Slack} from './slack.ts';

/** The team a Slack Connect stranger belongs to. */
const OTHER_TEAM = 'T0ELSEWHERE';

/** The person with this id or name. */
export function findPerson(slack: Slack, idOrName: string): PersonRecord | undefined {
	const name = idOrName.replace(/^@/, '');
	return slack.people.get(idOrName) ?? [...slack.people.values()].find((each) => each.name === name);
}

/** The team this person is of. */
export function teamOf(slack: Slack, person: PersonRecord): string {
	return person.stranger ? OTHER_TEAM : slack.team.id;
}

/** True when the app may see e-mail addresses (scope users:read.email). */
function seesEmails(slack: Slack): boolean {
	return slack.manifest.scopes.includes('users:read.email');
}

/** The user object of users.info (Slack: "User object"). */
export function userOnTheWire(slack: Slack, person: PersonRecord): JsonObject {
	const offset = offsetSeconds(person.timeZone, slack.now());
	return {
		id: person.id,
		team_id: teamOf(slack, person),
		name: person.name,
		deleted: person.deactivated,
		color: '9f69e7',
		real_name: person.realName,
		...(person.deactivated ? {} : {tz: person.timeZone, tz_label: person.timeZone, tz_offset: offset}),
		profile: profileOf(slack, person),
		is_admin: false,
		is_owner: false,
		is_primary_owner: false,
		is_restricted: person.guest,
		is_ultra_restricted: false,
		is_bot: person.bot,
		is_app_user: false,
		...(person.stranger ? {is_stranger: true} : {}),
		updated: Math.floor(slack.now() / 1000),
		is_email_confirmed: !person.bot,
		who_can_share_contact_card: 'EVERYONE',
	};
}

function profileOf(slack: Slack, person: PersonRecord): JsonObject {
	const [first = '', ...rest] = person.realName.split(' ');
	return {
		real_name: person.realName,
		real_name_normalized: person.realName,
		display_name: person.name,
		display_name_normalized: person.name,
		first_name: first,
		last_name: rest.join(' '),
		title: '',
		phone: '',
		status_text: '',
		status_emoji: '',
		team: teamOf(slack, person),
		...(seesEmails(slack) && person.email !== '' && !person.stranger ? {email: person.email} : {}),
		...(person.id === slack.app.botUserId
			? {bot_id: slack.app.botId, api_app_id: slack.app.id, always_active: true}
			: {}),
	};
}

function offsetSeconds(timeZone: string, at: number): number {
	const parts = new Intl.DateTimeFormat('en-US', {timeZone, timeZoneName: 'longOffset'})
		.formatToParts(at)
		.find((part) => part.type === 'timeZoneName')?.value;
	const match = /GMT([+-])(\d{2}):(\d{2})/.exec(parts ?? '');
	if (match === null) return 0;
	const seconds = Number(match[2]) * 3600 + Number(match[3]) * 60;
	return match[1] === '-' ? -seconds : seconds;
}
