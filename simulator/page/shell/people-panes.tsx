import type {ComponentChild} from 'preact';
import type {PersonRecord} from '../../workspace.ts';
import {Avatar} from './avatar.tsx';
import {PaneHead} from './pane-head.tsx';
import {addressAs, channelTitle} from './place.ts';
import {useShell} from './shell-context.ts';
import {clock} from './times.ts';

/** What a person is beside a full member: words for the flags. */
export function flagsOf(person: PersonRecord): readonly string[] {
	return [
		...(person.guest ? ['guest'] : []),
		...(person.deactivated ? ['deactivated'] : []),
		...(person.bot ? ['bot'] : []),
		...(person.stranger ? ['from another workspace'] : []),
	];
}

/** Who somebody is. */
export function PersonPane({id}: {readonly id: string}): ComponentChild {
	const {desktop} = useShell();
	const person = desktop.people.find((each) => each.id === id);
	const isApp = id === desktop.app.botUserId;
	return (
		<>
			<PaneHead title="Profile" />
			{person === undefined ? (
				<p class="pane-empty">There is nobody called {id}.</p>
			) : (
				<div class="profile">
					<Avatar id={id} name={person.realName} app={isApp} />
					<h3>{person.realName}</h3>
					<p>
						@{person.name}
						{flagsOf(person).map((flag) => (
							<span key={flag} class="badge">
								{flag}
							</span>
						))}
					</p>
					<dl>
						<dt>Local time</dt>
						<dd>
							{clock(String(Date.now() / 1000), person.timeZone)} ({person.timeZone})
						</dd>
						{person.email !== '' && (
							<>
								<dt>Email</dt>
								<dd>{person.email}</dd>
							</>
						)}
						<dt>Member id</dt>
						<dd>
							<code>{person.id}</code>
						</dd>
					</dl>
					{!person.bot && id !== desktop.me.id && (
						<a
							class="button"
							href={addressAs(person.name, {pathname: '/', search: ''})}
							target="_blank"
							rel="noreferrer"
						>
							Open a tab as {person.realName}
						</a>
					)}
				</div>
			)}
		</>
	);
}

/** Everybody in a channel. */
export function MembersPane({channel: id}: {readonly channel: string}): ComponentChild {
	const {desktop, dispatch} = useShell();
	const channel = desktop.channels.find((each) => each.id === id);
	return (
		<>
			<PaneHead title="Members" {...(channel === undefined ? {} : {more: channelTitle(channel, desktop)})} />
			<ul class="members">
				{desktop.people
					.filter((each) => channel?.members.includes(each.id) === true)
					.map((person) => (
						<li key={person.id}>
							<button type="button" onClick={() => dispatch({kind: 'right', right: {kind: 'person', id: person.id}})}>
								<Avatar small id={person.id} name={person.realName} app={person.id === desktop.app.botUserId} />
								<span>{person.realName}</span> <small>@{person.name}</small>
								{flagsOf(person).map((flag) => (
									<span key={flag} class="badge">
										{flag}
									</span>
								))}
							</button>
						</li>
					))}
			</ul>
		</>
	);
}
