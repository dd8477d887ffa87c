import {isObject, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {SlackError} from '../api/slack-error.ts';
import {newResponseUrl, postResponse} from '../delivery/response-url.ts';
import type {Simulation} from '../simulation.ts';
import {post} from '../state/messages.ts';
import type {Channel, Slack} from '../state/slack.ts';
import {findChannel} from '../state/channels.ts';
import {findPerson} from '../state/people.ts';
import {newTrigger} from '../state/triggers.ts';
import type {PersonRecord} from '../workspace.ts';
import {errorOf} from './outcome.ts';
import type {CommandOutcome} from './outcome.ts';

export type TypedCommand = {
	readonly person: PersonRecord;
	readonly channel: Channel;
	readonly command: string;
	readonly text: string;
};

/** A person types a slash command; the app's answer is shown to them. */
export async function runCommand(simulation: Simulation, typed: TypedCommand): Promise<CommandOutcome> {
	const {slack} = simulation;
	if (!slack.manifest.commands.includes(typed.command)) {
		return failed(simulation, typed, 'not_a_command', `${typed.command} is not a valid command.`);
	}
	const acknowledgement = await simulation.deliver({
		type: 'slash_commands',
		payload: commandPayload(simulation, typed),
		takesAnswer: true,
	});
	if (acknowledgement.kind !== 'acknowledged') {
		const error = errorOf(acknowledgement);
		return failed(simulation, typed, error, `${typed.command} failed with the error "${error}"`);
	}
	return showAnswer(simulation, typed, acknowledgement.body);
}

function commandPayload({slack}: Simulation, typed: TypedCommand): Record<string, string> {
	const {person, channel} = typed;
	return {
		token: 'simulated',
		team_id: slack.team.id,
		team_domain: slack.team.domain,
		channel_id: channel.id,
		channel_name: channel.kind === 'private' ? 'privategroup' : channel.name,
		user_id: person.id,
		user_name: person.name,
		command: typed.command,
		text: slack.manifest.escapedCommands.includes(typed.command) ? escaped(slack, typed.text) : typed.text,
		api_app_id: slack.app.id,
		is_enterprise_install: 'false',
		response_url: newResponseUrl(slack, {person: person.id, channel: channel.id}, 'commands'),
		trigger_id: newTrigger(slack, person.id),
	};
}

/** `@dana` becomes `<@U…|dana>`, `#general` becomes `<#C…|general>` (Slack: "Slash commands", escaping). */
function escaped(slack: Slack, text: string): string {
	return text.replaceAll(/(?<=^|\s)([@#])([\w.-]+)/g, (whole, sign: string, name: string) => {
		const found = sign === '@' ? findPerson(slack, name) : findChannel(slack, name);
		return found === undefined ? whole : `<${sign}${found.id}|${found.name}>`;
	});
}

function showAnswer(simulation: Simulation, typed: TypedCommand, body: unknown): CommandOutcome {
	if (!isObject(body) || saysNothing(body)) return {kind: 'accepted'};
	try {
		postResponse(simulation.slack, typed.channel, {person: typed.person.id}, body);
		return {kind: 'accepted'};
	} catch (error) {
		if (!(error instanceof SlackError)) throw error;
		const shown = `${typed.command} failed with the error "${error.code}"`;
		return failed(simulation, typed, error.code, shown);
	}
}

function saysNothing(body: JsonObject): boolean {
	return (textField(body, 'text') ?? '') === '' && body['blocks'] === undefined && body['attachments'] === undefined;
}

function failed({slack}: Simulation, {channel, person}: TypedCommand, error: string, shown: string): CommandOutcome {
	post(slack, {channel, user: 'USLACKBOT', byApp: false, text: shown, visibleTo: person.id});
	return {kind: 'failed', error, shown};
}
