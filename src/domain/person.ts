import {type Refusal, refuse} from './refusal.ts';

/** A person as a fresh look-up in Slack tells. */
export interface Person {
	readonly id: string;
	readonly name: string;
	readonly deactivated: boolean;
	readonly bot: boolean;
	/** Single- or multi-channel guest. */
	readonly guest: boolean;
	/** From another workspace, through Slack Connect. */
	readonly stranger: boolean;
}

/** Guests, strangers, bots and deactivated people decide nothing, whatever list they are on. */
export function judgeMember(person: Person, verb: string): 'may' | Refusal {
	if (person.deactivated) return refuse('person-deactivated', `This account is deactivated and cannot ${verb}.`);
	if (person.bot) return refuse('person-bot', `Bots cannot ${verb}: a person must.`);
	if (person.stranger) {
		return refuse(
			'person-stranger',
			`People of another organisation cannot ${verb}, only full members of this workspace.`,
		);
	}
	if (person.guest) return refuse('person-guest', `Guests cannot ${verb}, only full members of this workspace.`);
	return 'may';
}
