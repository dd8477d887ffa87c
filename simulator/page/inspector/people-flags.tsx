import type {ComponentChild} from 'preact';
import type {PersonRecord} from '../../workspace.ts';
import type {PageClient} from '../client.ts';
import {usePolled} from './use-polled.ts';

type Flag = 'guest' | 'deactivated' | 'stranger' | 'bot';

const flags: readonly {readonly flag: Flag; readonly seen: string}[] = [
	{flag: 'guest', seen: 'users.info says is_restricted: a guest of this workspace.'},
	{flag: 'deactivated', seen: 'users.info says deleted: the account is switched off.'},
	{flag: 'stranger', seen: 'users.info says is_stranger, of another team: met through Slack Connect.'},
	{flag: 'bot', seen: 'users.info says is_bot.'},
];

type Props = {readonly client: PageClient; readonly say: (sentence: string) => void};

/** What each person is; a change is what the app sees at its next look-up. */
export function PeopleFlags({client, say}: Props): ComponentChild {
	const {value, error, again} = usePolled('people', async () => {
		const {people, app} = await client.workspace();
		return people.filter(({id}) => id !== app.botUserId);
	});
	async function change(person: PersonRecord, flag: Flag): Promise<void> {
		const on = !person[flag];
		try {
			await client.setPerson(person.id, {[flag]: on});
			say(`${person.realName}: ${flag} ${on ? 'on' : 'off'}.`);
		} catch (failure) {
			say(failure instanceof Error ? failure.message : String(failure));
		}
		again();
	}
	if (value === undefined) return <p class="insp-quiet">{error ?? 'Looking …'}</p>;
	return (
		<>
			<dl class="insp-flags">
				{flags.map(({flag, seen}) => (
					<div key={flag}>
						<dt>{flag}</dt>
						<dd>{seen}</dd>
					</div>
				))}
			</dl>
			<ul class="insp-people">
				{value.map((person) => (
					<li key={person.id}>
						<fieldset>
							<legend>
								<bdi>{person.realName}</bdi> <span class="insp-quiet">@{person.name}</span>
							</legend>
							{flags.map(({flag}) => (
								<label key={flag} class="insp-flag">
									<input type="checkbox" checked={person[flag]} onChange={() => void change(person, flag)} />
									{flag}
								</label>
							))}
						</fieldset>
					</li>
				))}
			</ul>
		</>
	);
}
