import type {ComponentChild} from 'preact';
import {useEffect, useMemo, useState} from 'preact/hooks';
import type {PageClient, WorkspaceNow} from '../client.ts';
import {Avatar} from './avatar.tsx';
import {flagsOf} from './people-panes.tsx';
import {addressAs} from './place.ts';
import {ThemeSwitch} from './theme-switch.tsx';

/** Who do you want to be? The answer is in the address, so that every tab is its own person. */
export function SignIn({
	client,
	refusal,
}: {
	readonly client: PageClient;
	readonly refusal: string | null;
}): ComponentChild {
	const workspace = useWorkspace(client);
	const people = useMemo(
		() => (workspace?.people ?? []).filter((each) => each.id !== workspace?.app.botUserId),
		[workspace],
	);
	return (
		<main class="sign-in">
			<div class="sign-in-card">
				<div class="sign-in-head">
					<h1>{workspace === null ? 'Sign in' : `Sign in to ${workspace.team.name}`}</h1>
					<ThemeSwitch />
				</div>
				<p>
					This Slack runs on your own machine. Choose who you are in this tab; open more tabs to be several people at
					once.
				</p>
				{refusal !== null && (
					<p class="composer-trouble" role="alert">
						{refusal}
					</p>
				)}
				{workspace === null && <p role="status">Looking who is there …</p>}
				<ul>
					{people.map((person) => {
						const inside = (
							<>
								<Avatar id={person.id} name={person.realName} app={false} />
								<span class="sign-in-name">
									{person.realName}
									<small>
										@{person.name} · {person.timeZone}
									</small>
								</span>
								{flagsOf(person).map((flag) => (
									<span key={flag} class="badge">
										{flag}
									</span>
								))}
							</>
						);
						return (
							<li key={person.id}>
								{person.bot ? (
									<span class="sign-in-person sign-in-not" title="Bots cannot sign in">
										{inside}
									</span>
								) : (
									<a class="sign-in-person" href={addressAs(person.name, location)}>
										{inside}
									</a>
								)}
							</li>
						);
					})}
				</ul>
			</div>
		</main>
	);
}

function useWorkspace(client: PageClient): WorkspaceNow | null {
	const [workspace, setWorkspace] = useState<WorkspaceNow | null>(null);
	useEffect(() => {
		let timer: ReturnType<typeof setTimeout> | undefined;
		const look = (): void => {
			client.workspace().then(setWorkspace, () => {
				timer = setTimeout(look, 1_500);
			});
		};
		look();
		return () => clearTimeout(timer);
	}, [client]);
	return workspace;
}
