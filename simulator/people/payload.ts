import type {JsonObject} from '../json.ts';
import {teamOf} from '../state/people.ts';
import type {Slack} from '../state/slack.ts';
import type {PersonRecord} from '../workspace.ts';

/** The fields that every interaction payload carries (Slack: "Interaction payloads"). */
export function interactionBase(slack: Slack, person: PersonRecord): JsonObject {
	return {
		team: {id: slack.team.id, domain: slack.team.domain},
		user: {
			id: person.id,
			username: person.name,
			name: person.name,
			team_id: teamOf(slack, person),
		},
		api_app_id: slack.app.id,
		token: 'simulated',
		enterprise: null,
		is_enterprise_install: false,
	};
}
