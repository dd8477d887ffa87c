import type {ComponentChild} from 'preact';
import {useMemo, useRef} from 'preact/hooks';
import type {CallEntry} from '../../log.ts';
import type {PageClient} from '../client.ts';
import {CallList} from './call-list.tsx';
import {callsPerMinute, inWords, levelOf, ratesOf} from './figures.ts';
import {Bar} from './limit-list.tsx';
import {usePolled} from './use-polled.ts';

/** As many calls are listed; more are kept for the counts. */
const SHOWN = 100;
const KEPT_FOR = 16 * 60_000;

/** All calls of the app, live: how many a minute, against the limits of their tiers, and the newest of them. */
export function CallLog({client}: {readonly client: PageClient}): ComponentChild {
	const kept = useRef<readonly CallEntry[]>([]);
	const {value, error} = usePolled('calls', async () => {
		const newer = await client.calls(kept.current.at(-1)?.number ?? 0);
		const since = Date.now() - KEPT_FOR;
		const all = [...kept.current, ...newer];
		kept.current = all.filter(({at}, index) => at > since || index >= all.length - SHOWN);
		// The time makes the counts go down again when nothing is called.
		return {last: kept.current.at(-1)?.number ?? 0, now: Math.floor(Date.now() / 1000) * 1000};
	});
	if (value === undefined) return <p class="insp-panel insp-quiet">{error ?? 'Looking …'}</p>;
	return <LogBody calls={kept.current} last={value.last} now={value.now} error={error} />;
}

type BodyProps = {
	readonly calls: readonly CallEntry[];
	readonly last: number;
	readonly now: number;
	readonly error: string | undefined;
};

function LogBody({calls, last, now, error}: BodyProps): ComponentChild {
	// Entries of this very second are later than the second's start.
	const until = Math.max(now, calls.at(-1)?.at ?? 0);
	const newest = useMemo(() => <CallList calls={calls.slice(-SHOWN).toReversed()} />, [last]);
	return (
		<div class="insp-panel">
			{error !== undefined && (
				<p class="insp-error" role="status">
					{error}
				</p>
			)}
			<h3>Calls per minute</h3>
			<Chart minutes={callsPerMinute(calls, until)} />
			<h3>In the last minute, against Slack’s limits</h3>
			<Rates calls={calls} until={until} />
			<h3>The newest {SHOWN} calls</h3>
			{newest}
		</div>
	);
}

function Chart({minutes}: {readonly minutes: ReturnType<typeof callsPerMinute>}): ComponentChild {
	const most = Math.max(1, ...minutes.map(({count}) => count));
	return (
		<div class="insp-chart-box">
			<svg class="insp-chart" viewBox="0 0 300 80" aria-hidden="true">
				{minutes.map(({count}, index) => {
					const height = (count / most) * 56;
					return (
						<g key={index}>
							<rect x={index * 20 + 2} y={68 - height} width="16" height={Math.max(height, 0.5)} rx="1" />
							{count > 0 && (
								<text x={index * 20 + 10} y={64 - height} text-anchor="middle">
									{count}
								</text>
							)}
						</g>
					);
				})}
				<text x="2" y="79">
					15 min ago
				</text>
				<text x="298" y="79" text-anchor="end">
					now
				</text>
			</svg>
			<table class="insp-unseen">
				<caption>Calls in each of the last 15 minutes</caption>
				<thead>
					<tr>
						<th scope="col">Minutes ago</th>
						<th scope="col">Calls</th>
					</tr>
				</thead>
				<tbody>
					{minutes.map(({count}, index) => (
						<tr key={index}>
							<th scope="row">{minutes.length - index}</th>
							<td>{count}</td>
						</tr>
					))}
				</tbody>
			</table>
		</div>
	);
}

function Rates({calls, until}: {readonly calls: readonly CallEntry[]; readonly until: number}): ComponentChild {
	const rates = ratesOf(calls, until);
	if (rates.length === 0) return <p class="insp-quiet">Nothing was called.</p>;
	return (
		<ul class="insp-limits">
			{rates.map((rate) => (
				<li key={`${rate.name} ${rate.per}`} class={`insp-limit insp-level-${levelOf(rate)}`}>
					<span class="insp-limit-name">
						{rate.name} {rate.per !== 'workspace' && <small>in {rate.per}</small>}
					</span>
					<span class="insp-limit-words">{inWords(rate)}</span>
					<Bar use={rate} />
				</li>
			))}
		</ul>
	);
}
