import type {ComponentChild} from 'preact';
import {useState} from 'preact/hooks';
import type {MoodNow} from '../../local/desktop.ts';
import type {MisbehaviourRequest} from '../../misbehaviour.ts';
import type {PageClient} from '../client.ts';
import {CallWishForm} from './call-wish-form.tsx';
import {PeopleFlags} from './people-flags.tsx';
import {Numeric, Switch} from './switch.tsx';
import {usePolled} from './use-polled.ts';
import {moodInWords} from './wishes.ts';
import type {Wish} from './wishes.ts';

/** All the ways in which this Slack can be made to misbehave, and what is on now. */
export function Switches({client}: {readonly client: PageClient}): ComponentChild {
	const {value: mood, error, again} = usePolled('misbehaviours', () => client.misbehaviours(), 1_000);
	const [said, setSaid] = useState('');
	async function ask(request: MisbehaviourRequest, done: string): Promise<void> {
		try {
			await client.misbehave(request);
			setSaid(done);
		} catch (failure) {
			setSaid(failure instanceof Error ? failure.message : String(failure));
		}
		again();
	}
	const wish: Wish = (request, done) => void ask(request, done);
	return (
		<div class="insp-panel">
			<p class="insp-said" role="status">
				{error ?? said}
			</p>
			<Now mood={mood} wish={wish} />
			<h3>Calls of the app</h3>
			<CallWishForm wish={wish} />
			<h3>Slack as a whole</h3>
			<Whole mood={mood} wish={wish} />
			<h3>What reaches the app</h3>
			<Deliveries wish={wish} />
			<h3>People</h3>
			<PeopleFlags client={client} say={setSaid} />
		</div>
	);
}

function Now({mood, wish}: {readonly mood: MoodNow | undefined; readonly wish: Wish}): ComponentChild {
	const sentences = mood === undefined ? [] : moodInWords(mood);
	return (
		<section class="insp-now" aria-label="What is on now">
			{sentences.length === 0 ? (
				<p>{mood === undefined ? 'Looking …' : 'Slack behaves.'}</p>
			) : (
				<ul>
					{sentences.map((sentence, index) => (
						<li key={index}>{sentence}</li>
					))}
				</ul>
			)}
			<button type="button" class="insp-button" onClick={() => wish({kind: 'none'}, 'Slack behaves again.')}>
				Switch everything off
			</button>
		</section>
	);
}

function Whole({mood, wish}: {readonly mood: MoodNow | undefined; readonly wish: Wish}): ComponentChild {
	return (
		<>
			<Switch
				name="Slack is down"
				effect="The app’s connections are cut, and every call and new connection fails until this is switched off."
				on={mood?.down ?? false}
				turn={(on) => wish({kind: 'down', on}, on ? 'Slack is down.' : 'Slack is up again.')}
			/>
			<Switch
				name="Real rate limits"
				effect="Calls above Slack’s tiers are refused with 429 and Retry-After, such as the 51st chat.update in a minute."
				on={mood?.rateLimits ?? false}
				turn={(on) => wish({kind: 'rate_limits', on}, on ? 'Rate limits are on.' : 'Rate limits are off.')}
			/>
		</>
	);
}

function Deliveries({wish}: {readonly wish: Wish}): ComponentChild {
	const [times, setTimes] = useState(1);
	return (
		<>
			<div class="insp-wish">
				<p class="insp-quiet">
					Every Socket Mode connection of the app ends: with Slack’s warning first, or cut without a word. The app has
					to connect again.
				</p>
				<p class="insp-row">
					<button
						type="button"
						class="insp-button"
						onClick={() => wish({kind: 'drop_sockets', announced: true}, 'The connections ended, with a warning.')}
					>
						End connections with a warning
					</button>
					<button
						type="button"
						class="insp-button"
						onClick={() => wish({kind: 'drop_sockets', announced: false}, 'The connections were cut.')}
					>
						Cut connections
					</button>
				</p>
			</div>
			<form
				class="insp-wish"
				onSubmit={(event) => {
					event.preventDefault();
					wish({kind: 'duplicate_deliveries', times}, 'The next payloads will come twice.');
				}}
			>
				<p class="insp-quiet">
					The app gets the next payloads twice, as after a lost acknowledgement; the first answer counts.
				</p>
				<p class="insp-row">
					<Numeric label="How many payloads" value={times} give={setTimes} />
					<button type="submit" class="insp-button">
						Send twice
					</button>
				</p>
			</form>
		</>
	);
}
