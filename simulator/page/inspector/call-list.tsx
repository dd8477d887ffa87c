import type {ComponentChild} from 'preact';
import type {CallEntry} from '../../log.ts';
import {Clock} from './clock.tsx';
import {Json} from './payload.tsx';

/** The app's calls, each to be unfolded to what it asked and what it was told. */
export function CallList({calls}: {readonly calls: readonly CallEntry[]}): ComponentChild {
	if (calls.length === 0) return <p class="insp-quiet">No calls yet.</p>;
	return (
		<ol class="insp-entries">
			{calls.map((call) => (
				<li key={call.number}>
					<details class="insp-entry">
						<summary>
							<span class="insp-entry-name">{call.method}</span>
							<span class="insp-entry-facts">
								<Clock at={call.at} /> {call.milliseconds} ms <Outcome call={call} />
							</span>
						</summary>
						<Json title="Arguments" value={call.arguments} open />
						<Json title="Answer" value={call.answer} open />
					</details>
				</li>
			))}
		</ol>
	);
}

function Outcome({call}: {readonly call: CallEntry}): ComponentChild {
	const good = call.answer['ok'] === true;
	return (
		<>
			<span class={good ? 'insp-good' : 'insp-bad'}>{outcomeOf(call)}</span>
			{call.fate !== undefined && <span class="insp-fate"> made to: {call.fate.replaceAll('_', ' ')}</span>}
		</>
	);
}

function outcomeOf({status, answer}: CallEntry): string {
	if (status === 0) return 'connection cut';
	const error = answer['error'];
	if (typeof error === 'string') return status === 200 ? error : `${status} ${error}`;
	return answer['ok'] === true ? 'ok' : `HTTP ${status}`;
}
