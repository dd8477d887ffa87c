import type {ComponentChild} from 'preact';
import {AppPane} from './app-pane.tsx';
import {ChannelPane} from './channel-pane.tsx';
import {ModalLayer} from './modal-layer.tsx';
import {MembersPane, PersonPane} from './people-panes.tsx';
import {channelAt} from './place.ts';
import {useShell} from './shell-context.ts';
import {SideBar} from './side-bar.tsx';
import {Inspector} from '../inspector/inspector.tsx';
import type {RightPane} from './store.ts';
import {ThreadPane} from './thread-pane.tsx';

/** Side bar, main pane, right pane, and the modal over them. */
export function Panes(): ComponentChild {
	const {state, desktop} = useShell();
	const {right, place} = state;
	const modal = desktop.views.length > 0;
	const inspecting = right?.kind === 'inspector';
	const channel = channelAt(place, desktop);
	const phone = right !== null ? 'right' : state.sideOpen ? 'side' : 'main';
	return (
		<div class={`panes phone-${phone}`}>
			<a
				class="skip"
				href="#messages"
				inert={modal}
				onClick={(event) => {
					event.preventDefault();
					document.querySelector<HTMLElement>('#messages')?.focus();
				}}
			>
				Skip to the messages
			</a>
			{state.away && (
				<p class="away" role="status">
					The local Slack is not there; trying again.
				</p>
			)}
			<div class="pane-frame side-pane" inert={modal}>
				<SideBar />
			</div>
			<main class="pane-frame main-pane" inert={modal}>
				{place?.kind === 'app' && <AppPane tab={place.tab} />}
				{place?.kind === 'channel' && channel !== undefined && <ChannelPane channel={channel} />}
			</main>
			{right !== null && (
				<aside
					class={modal && inspecting ? 'pane-frame right-pane right-pane-over' : 'pane-frame right-pane'}
					aria-label={nameOf(right)}
					inert={modal && !inspecting}
				>
					<RightContent right={right} />
				</aside>
			)}
			<ModalLayer beside={inspecting} />
		</div>
	);
}

function RightContent({right}: {readonly right: RightPane}): ComponentChild {
	const {client, dispatch} = useShell();
	switch (right.kind) {
		case 'thread':
			return <ThreadPane channel={right.channel} ts={right.ts} />;
		case 'person':
			return <PersonPane id={right.id} />;
		case 'members':
			return <MembersPane channel={right.channel} />;
		case 'inspector':
			return (
				<Inspector
					key={JSON.stringify(right.subject)}
					subject={right.subject}
					client={client}
					onClose={() => dispatch({kind: 'right', right: null})}
				/>
			);
	}
}

function nameOf({kind}: RightPane): string {
	return {thread: 'Thread', person: 'Profile', members: 'Members', inspector: 'Inspector'}[kind];
}
