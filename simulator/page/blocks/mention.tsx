import type {ComponentChild} from 'preact';
import type {Surface} from '../surface.ts';
import type {Inline} from './flow.ts';

type Mentioned = Inline & {readonly kind: 'person' | 'channel' | 'group' | 'broadcast'};

/** A person, a channel, a group or all at once; people and channels can be followed. */
export function Mention({part, surface}: {readonly part: Mentioned; readonly surface: Surface}): ComponentChild {
	const {directory, open} = surface;
	switch (part.kind) {
		case 'person': {
			const person = directory.people.find((each) => each.id === part.id);
			const me = part.id === directory.me.id;
			return (
				<button
					type="button"
					class={`mk-mention ${me ? 'mk-mention-me' : ''}`}
					title={person?.realName ?? part.id}
					onClick={() => open({kind: 'person', to: part.id})}
				>
					<bdi>@{person?.name ?? part.label?.replace(/^@/, '') ?? part.id}</bdi>
				</button>
			);
		}
		case 'channel': {
			const channel = directory.channels.find((each) => each.id === part.id);
			return (
				<button type="button" class="mk-mention" onClick={() => open({kind: 'channel', to: part.id})}>
					<bdi>#{channel?.name ?? part.label?.replace(/^#/, '') ?? part.id}</bdi>
				</button>
			);
		}
		case 'group': {
			const group = directory.userGroups.find((each) => each.id === part.id);
			return (
				<span class="mk-mention" title={group?.name ?? part.id}>
					<bdi>@{group?.handle ?? part.label?.replace(/^@/, '') ?? part.id}</bdi>
				</span>
			);
		}
		case 'broadcast':
			return <span class="mk-mention mk-mention-me">@{part.name}</span>;
	}
}
