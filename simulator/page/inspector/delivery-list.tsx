import type {ComponentChild} from 'preact';
import {objectField, objectsField, textField} from '../../json.ts';
import type {DeliveryEntry} from '../../log.ts';
import {Clock} from './clock.tsx';
import {percentOf} from './figures.ts';
import {Bar} from './limit-list.tsx';
import {Json} from './payload.tsx';

/** An app has three seconds to acknowledge (Slack: "Handling user interaction", acknowledgment response). */
const ACKNOWLEDGED_WITHIN = 3_000;

/** What people did, as it went to the app, and how the app acknowledged it. */
export function DeliveryList({deliveries}: {readonly deliveries: readonly DeliveryEntry[]}): ComponentChild {
	if (deliveries.length === 0) return <p class="insp-quiet">Nobody has done anything here yet.</p>;
	return (
		<ol class="insp-entries">
			{deliveries.map((delivery) => (
				<li key={delivery.number}>
					<Delivery delivery={delivery} />
				</li>
			))}
		</ol>
	);
}

function Delivery({delivery}: {readonly delivery: DeliveryEntry}): ComponentChild {
	const {at, milliseconds, outcome, duplicate, payload, answer} = delivery;
	const use = {used: milliseconds, limit: ACKNOWLEDGED_WITHIN};
	const good = outcome === 'acknowledged';
	return (
		<details class="insp-entry">
			<summary>
				<span class="insp-entry-name">
					{whatOf(delivery)} {duplicate && <span class="insp-fate">(sent again)</span>}
				</span>
				<span class="insp-entry-facts">
					<Clock at={at} /> {personOf(delivery)}{' '}
					<span class={good ? 'insp-good' : 'insp-bad'}>{outcome.replaceAll('_', ' ')}</span>{' '}
					{good ? `in ${ofThree(milliseconds)}` : `after ${milliseconds.toLocaleString('en')} ms`}
				</span>
				{good && <Bar use={use} />}
			</summary>
			<Json title="What went to the app" value={payload} open />
			{answer !== undefined && <Json title="What it acknowledged with" value={answer} open />}
		</details>
	);
}

function whatOf({type, payload}: DeliveryEntry): string {
	if (type === 'slash_commands') return `${textField(payload, 'command')} ${textField(payload, 'text') ?? ''}`.trim();
	if (type === 'events_api') return textField(objectField(payload, 'event'), 'type') ?? 'event';
	const action = objectsField(payload, 'actions')[0];
	const named = textField(action, 'action_id') ?? textField(payload, 'callback_id') ?? textField(payload, 'action_id');
	return [textField(payload, 'type') ?? type, ...(named === undefined ? [] : [named])].join(' · ');
}

function personOf({payload}: DeliveryEntry): string {
	const user = objectField(payload, 'user');
	const name = textField(user, 'username') ?? textField(user, 'name') ?? textField(payload, 'user_name');
	return name === undefined ? '' : `by ${name}`;
}

function ofThree(milliseconds: number): string {
	const percent = percentOf({used: milliseconds, limit: ACKNOWLEDGED_WITHIN});
	return `${milliseconds.toLocaleString('en')} of ${ACKNOWLEDGED_WITHIN.toLocaleString('en')} ms (${percent} %)`;
}
