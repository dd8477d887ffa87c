import type {ComponentChild} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {flushFills} from '../blocks/pending-fills.ts';
import {Blocks} from '../blocks/blocks.tsx';
import {ThemeSwitch} from '../shell/theme-switch.tsx';
import {sampleBlocks} from './sample-blocks.ts';
import './sample.css';
import {useSample} from './use-sample.ts';
import type {Kind, Manners} from './use-sample.ts';

const kinds: readonly {readonly kind: Kind; readonly name: string}[] = [
	{kind: 'message', name: 'Message'},
	{kind: 'modal', name: 'Modal'},
	{kind: 'home', name: 'App Home'},
];

/** Every block and every element that Slack knows, working, with their state beside them. */
export function Sample(): ComponentChild {
	const kind = useKindOfAddress();
	const [manners, setManners] = useState<Manners>({failing: false, slow: false});
	useEffect(() => {
		document.title = 'Every block and element';
	}, []);
	return (
		<div class="sample">
			<header class="sample-head">
				<h1>Every block and element</h1>
				<nav aria-label="Surfaces">
					{kinds.map((each) => (
						<a key={each.kind} href={`#${each.kind}`} aria-current={each.kind === kind ? 'page' : undefined}>
							{each.name}
						</a>
					))}
				</nav>
				<label>
					<input
						type="checkbox"
						checked={manners.failing}
						onChange={({currentTarget}) => setManners({...manners, failing: currentTarget.checked})}
					/>
					The app fails
				</label>
				<label>
					<input
						type="checkbox"
						checked={manners.slow}
						onChange={({currentTarget}) => setManners({...manners, slow: currentTarget.checked})}
					/>
					The app is slow
				</label>
				<ThemeSwitch />
			</header>
			<Stage key={kind} kind={kind} manners={manners} />
		</div>
	);
}

function Stage({kind, manners}: {readonly kind: Kind; readonly manners: Manners}): ComponentChild {
	const sample = useSample(kind, manners);
	const name = kinds.find((each) => each.kind === kind)?.name ?? kind;
	return (
		<div class="sample-stage">
			<main class={`sample-surface sample-${kind}`} aria-label={name}>
				<h2 class="sample-title">{kind === 'modal' ? 'Every input' : name}</h2>
				<Blocks blocks={sampleBlocks[kind]} surface={sample.surface} />
				{kind === 'modal' && <SubmitRow check={sample.check} />}
			</main>
			<aside class="sample-aside" aria-label="State">
				<h2>What was done</h2>
				<div role="log" aria-label="What was done" class="sample-done">
					<ol>
						{sample.done.map((sentence, index) => (
							<li key={sample.done.length - index}>{sentence}</li>
						))}
					</ol>
				</div>
				{sample.done.length === 0 && <p>Nothing yet: press something.</p>}
				<h2>State</h2>
				<pre class="sample-state" tabIndex={0} role="region" aria-label="State as JSON">
					{JSON.stringify(sample.values, null, 2)}
				</pre>
			</aside>
		</div>
	);
}

function SubmitRow({check}: {readonly check: () => boolean}): ComponentChild {
	const [said, setSaid] = useState('');
	async function submit(): Promise<void> {
		try {
			await flushFills('sample-modal');
			setSaid(check() ? 'Everything that is needed is filled in.' : 'Something that is needed is missing.');
		} catch (failure) {
			setSaid(failure instanceof Error ? failure.message : String(failure));
		}
	}
	return (
		<div class="sample-submit">
			<span role="status">{said}</span>
			<button type="button" onClick={() => void submit()}>
				Submit
			</button>
		</div>
	);
}

/** Which surface the address names after `#`; the message without one. */
function useKindOfAddress(): Kind {
	const [kind, setKind] = useState(kindOfAddress);
	useEffect(() => {
		const look = (): void => setKind(kindOfAddress());
		addEventListener('hashchange', look);
		return () => removeEventListener('hashchange', look);
	}, []);
	return kind;
}

function kindOfAddress(): Kind {
	return kinds.find(({kind}) => location.hash === `#${kind}`)?.kind ?? 'message';
}
