import type {Desktop} from '../../local/desktop.ts';
import type {ShownMessage} from '../client.ts';
import type {Destination, Place} from './place.ts';
import {settled} from './place.ts';

/** What an inspector is opened on. */
export type InspectorSubject =
	| {readonly kind: 'message'; readonly channel: string; readonly ts: string; readonly title: string}
	| {readonly kind: 'view'; readonly id: string; readonly title: string}
	| {readonly kind: 'home'; readonly title: string}
	| {readonly kind: 'log'}
	| {readonly kind: 'switches'};

/** What the pane at the right shows. */
export type RightPane =
	| {readonly kind: 'thread'; readonly channel: string; readonly ts: string}
	| {readonly kind: 'person'; readonly id: string}
	| {readonly kind: 'members'; readonly channel: string}
	| {readonly kind: 'inspector'; readonly subject: InspectorSubject};

/** A message to bring to the reader's eyes; `seen` counts requests, so that the same one can be asked for again. */
type Highlight = {readonly ts: string; readonly asked: number};

export type State = {
	readonly desktop: Desktop | null;
	/** The messages of channels that were looked at; by id. */
	readonly messages: Readonly<Record<string, readonly ShownMessage[]>>;
	readonly place: Place | null;
	readonly right: RightPane | null;
	readonly highlight: Highlight | null;
	/** On a phone one pane at a time is there; the right one wins when it is open. */
	readonly sideOpen: boolean;
	readonly away: boolean;
	/** Nobody of this name is here. */
	readonly refusal: string | null;
	/** Ephemeral messages that the person put away; by ts. */
	readonly dismissed: ReadonlySet<string>;
};

export type Step =
	| {readonly kind: 'read'; readonly desktop: Desktop}
	| {readonly kind: 'messages'; readonly channel: string; readonly messages: readonly ShownMessage[]}
	| {readonly kind: 'went'; readonly to: Destination}
	| {readonly kind: 'right'; readonly right: RightPane | null}
	| {readonly kind: 'side'; readonly open: boolean}
	| {readonly kind: 'away'}
	| {readonly kind: 'refused'; readonly refusal: string}
	| {readonly kind: 'dismissed'; readonly ts: string};

/** What a page shows that was opened at this address. */
export function firstState(to: Destination, dismissed: ReadonlySet<string>): State {
	return {...afterGoing(emptyState, to), sideOpen: false, dismissed};
}

const emptyState: State = {
	desktop: null,
	messages: {},
	place: null,
	right: null,
	highlight: null,
	sideOpen: false,
	away: false,
	refusal: null,
	dismissed: new Set(),
};

/** The next state. What did not change keeps its identity, so that it is not drawn again. */
export function reduce(state: State, step: Step): State {
	switch (step.kind) {
		case 'read': {
			const desktop = sameDesktop(state.desktop, step.desktop);
			const place = settled(state.place, desktop);
			return {
				...state,
				desktop,
				place: samePlace(state.place, place) ? state.place : place,
				away: false,
				refusal: null,
			};
		}
		case 'messages': {
			const before = state.messages[step.channel] ?? [];
			return {...state, messages: {...state.messages, [step.channel]: sameMessages(before, step.messages)}};
		}
		case 'went':
			return afterGoing(state, step.to);
		case 'right':
			return {...state, right: step.right};
		case 'side':
			return {...state, sideOpen: step.open};
		case 'away':
			return state.away ? state : {...state, away: true};
		case 'refused':
			return {...state, refusal: step.refusal};
		case 'dismissed':
			return {...state, dismissed: new Set([...state.dismissed, step.ts])};
	}
}

function afterGoing(state: State, {place, threadTs, ts}: Destination): State {
	const next = state.desktop === null ? place : settled(place, state.desktop);
	const thread: RightPane | null =
		threadTs === null || next?.kind !== 'channel' ? null : {kind: 'thread', channel: next.id, ts: threadTs};
	return {
		...state,
		place: next,
		right: thread ?? (isOfAll(state.right) ? state.right : null),
		highlight: ts === null ? null : {ts, asked: (state.highlight?.asked ?? 0) + 1},
		sideOpen: false,
	};
}

/** True for what does not belong to one place: it stays open from place to place. */
function isOfAll(right: RightPane | null): boolean {
	return right?.kind === 'inspector' && (right.subject.kind === 'log' || right.subject.kind === 'switches');
}

function samePlace(left: Place | null, right: Place | null): boolean {
	return JSON.stringify(left) === JSON.stringify(right);
}

function sameDesktop(before: Desktop | null, after: Desktop): Desktop {
	if (before === null) return after;
	const kept = Object.entries(after).map(([name, value]: [string, unknown]) => {
		const old: unknown = Object.entries(before).find(([key]) => key === name)?.[1];
		return [name, JSON.stringify(old) === JSON.stringify(value) ? old : value];
	});
	return Object.fromEntries(kept) as Desktop;
}

function sameMessages(before: readonly ShownMessage[], after: readonly ShownMessage[]): readonly ShownMessage[] {
	const known = new Map(before.map((each) => [each.ts, each]));
	return after.map((each) => {
		const old = known.get(each.ts);
		return old !== undefined && JSON.stringify(old) === JSON.stringify(each) ? old : each;
	});
}
