import {sendEvent} from '../delivery/events.ts';
import type {Simulation} from '../simulation.ts';
import {directMessage} from '../state/channels.ts';
import {ImpossibleInput} from '../state/element-state.ts';
import {viewOnTheWire} from '../state/views.ts';
import type {PersonRecord} from '../workspace.ts';

/**
 * A person opens the app's Home tab, or its Messages tab; the app hears of it where it asked to
 * (Slack: app_home_opened). Returns before the app has answered. Throws ImpossibleInput where the
 * manifest has no Home tab.
 */
export function openHome(simulation: Simulation, person: PersonRecord, tab: 'home' | 'messages'): void {
	const {slack} = simulation;
	if (tab === 'home' && !slack.manifest.homeTab) throw new ImpossibleInput('The app has no Home tab.');
	const channel = directMessage(slack, [person.id]);
	if (!slack.manifest.events.includes('app_home_opened')) return;
	// The view is there for the Home tab alone, once one was published.
	const home = tab === 'home' ? slack.homes.get(person.id) : undefined;
	void sendEvent(
		simulation,
		{
			type: 'app_home_opened',
			user: person.id,
			channel: channel.id,
			tab,
			...(home === undefined ? {} : {view: viewOnTheWire(slack, home)}),
		},
		simulation.stop,
	);
}
