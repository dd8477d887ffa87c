import type {ComponentChild} from 'preact';
import {useEffect, useId, useState} from 'preact/hooks';
import type {Inspected, PageClient} from '../client.ts';
import {CallList} from './call-list.tsx';
import {DeliveryList} from './delivery-list.tsx';
import './inspector.css';
import {TimeZone} from './clock.tsx';
import {LimitList, ProblemList} from './limit-list.tsx';
import {CallLog} from './call-log.tsx';
import {Payload} from './payload.tsx';
import {Switches} from './switches.tsx';
import {Tabs} from './tabs.tsx';
import {usePolled} from './use-polled.ts';

/** What the inspector shows. */
export type Subject =
	| {readonly kind: 'message'; readonly channel: string; readonly ts: string; readonly title: string}
	| {readonly kind: 'view'; readonly id: string; readonly title: string}
	| {readonly kind: 'home'; readonly title: string}
	| {readonly kind: 'log'}
	| {readonly kind: 'switches'};

type Props = {readonly subject: Subject; readonly client: PageClient; readonly onClose: () => void};

/** The pane that shows what lies behind something on the screen, the call log, or the switches of this Slack. */
export function Inspector({subject, client, onClose}: Props): ComponentChild {
	const heading = useId();
	const timeZone = useTimeZone(client);
	return (
		<section class="insp" aria-labelledby={heading}>
			<header class="insp-head">
				<h2 id={heading}>
					{headingOf(subject)}
					{'title' in subject && (
						<small>
							<bdi>{subject.title}</bdi>
						</small>
					)}
				</h2>
				<button type="button" class="insp-button" onClick={onClose}>
					Close
				</button>
			</header>
			<TimeZone.Provider value={timeZone}>
				{subject.kind === 'log' && <CallLog client={client} />}
				{subject.kind === 'switches' && <Switches client={client} />}
				{'title' in subject && <Inspection subject={subject} client={client} />}
			</TimeZone.Provider>
		</section>
	);
}

function useTimeZone(client: PageClient): string | undefined {
	const [zone, setZone] = useState<string>();
	useEffect(() => {
		client.workspace().then(
			({people}) => setZone(people.find(({id, name}) => id === client.person || name === client.person)?.timeZone),
			// The machine's own zone does.
			() => undefined,
		);
	}, [client]);
	return zone;
}

type Looked = Extract<Subject, {readonly title: string}>;

function Inspection({subject, client}: {readonly subject: Looked; readonly client: PageClient}): ComponentChild {
	const inspected = inspectedOf(subject);
	const key = `${client.person} ${JSON.stringify(inspected)}`;
	const {value, error} = usePolled(key, () => client.inspect(inspected));
	if (value === undefined) return <p class="insp-panel insp-quiet">{error ?? 'Looking …'}</p>;
	const {limits, problems, payload, calls, deliveries} = value;
	return (
		<>
			{error !== undefined && (
				<p class="insp-error" role="status">
					{error}
				</p>
			)}
			<Tabs
				key={key}
				label="What lies behind it"
				tabs={[
					{name: 'Limits', body: () => <LimitList uses={limits} />},
					{
						name: 'Problems',
						count: problems.length,
						alarming: problems.length > 0,
						body: () => <ProblemList problems={problems} />,
					},
					{name: 'JSON', body: () => <Payload payload={payload} />},
					{name: 'Calls', count: calls.length, body: () => <CallList calls={calls} />},
					{
						name: 'What people did',
						count: deliveries.length,
						body: () => <DeliveryList deliveries={deliveries} />,
					},
				]}
			/>
		</>
	);
}

function inspectedOf(subject: Looked): Inspected {
	switch (subject.kind) {
		case 'message':
			return {channel: subject.channel, ts: subject.ts};
		case 'view':
			return {view: subject.id};
		case 'home':
			return {home: true};
	}
}

function headingOf(subject: Subject): string {
	switch (subject.kind) {
		case 'message':
			return 'Message';
		case 'view':
			return 'Modal';
		case 'home':
			return 'App Home';
		case 'log':
			return 'Call log';
		case 'switches':
			return 'Make Slack misbehave';
	}
}
