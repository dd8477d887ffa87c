import type {ComponentChild} from 'preact';
import {useCallback, useEffect, useMemo, useState} from 'preact/hooks';
import type {CheckedGalleryEntry, Desktop} from '../../local/desktop.ts';
import {makeClient} from '../client.ts';
import {usePolled} from '../inspector/use-polled.ts';
import {ThemeSwitch} from '../shell/theme-switch.tsx';
import type {Directory} from '../surface.ts';
import {EntryCard} from './entry-card.tsx';
import './gallery.css';
import {filtered, groupsOf} from './groups.ts';

/** How long a sentence at the foot of the page stays, milliseconds. */
const SAID_FOR = 4_000;

/** Every view that the app can send, short, long and hostile, as Slack would show it. */
export function Gallery(): ComponentChild {
	const [filter, setFilter] = useState('');
	const [said, say] = useSentence();
	const {value, error} = usePolled('gallery', readGallery, 5_000);
	useEffect(() => {
		document.title = 'Gallery';
	}, []);
	const wrong = value?.entries.filter(({problems}) => problems.length > 0).length ?? 0;
	return (
		<div class="gal">
			<header class="gal-head">
				<h1>Gallery</h1>
				<label>
					<span class="insp-unseen">Filter</span>
					<input
						type="search"
						placeholder="Filter by title, variant, kind or words"
						value={filter}
						onInput={({currentTarget}) => setFilter(currentTarget.value)}
					/>
				</label>
				{value !== undefined && (
					<p role="status">
						{counted(filtered(value.entries, filter).length, value.entries.length)}
						{wrong > 0 && <strong class="gal-bad">, {wrong} with problems</strong>}
					</p>
				)}
				<ThemeSwitch />
			</header>
			<main class="gal-main">
				{error !== undefined && <p class="gal-bad">{error}</p>}
				{value === undefined && error === undefined && <p>Looking …</p>}
				{value !== undefined && <Entries {...value} filter={filter} say={say} />}
			</main>
			<p class="gal-said" role="status">
				{said}
			</p>
		</div>
	);
}

type EntriesProps = {
	readonly entries: readonly CheckedGalleryEntry[];
	readonly desktop: Desktop;
	readonly filter: string;
	readonly say: (sentence: string) => void;
};

function Entries({entries, desktop, filter, say}: EntriesProps): ComponentChild {
	const named = useNamed();
	const directory = useMemo((): Directory => desktop, [desktop]);
	const groups = useMemo(() => groupsOf(filtered(entries, filter)), [entries, filter]);
	useEffect(() => {
		document.getElementById(named)?.scrollIntoView();
	}, [named, entries.length > 0]);
	if (entries.length === 0) {
		return (
			<div class="gal-empty">
				<p>Nothing is here yet.</p>
				<p>
					<code>PUT /_local/gallery</code> with a list of views fills it.
				</p>
			</div>
		);
	}
	if (groups.length === 0) return <p>Nothing has these words.</p>;
	return groups.map((group) => (
		<section key={group.title} class="gal-group" aria-label={group.title}>
			<h2>{group.title}</h2>
			<div class="gal-variants">
				{group.entries.map((entry) => (
					<EntryCard
						key={entry.id}
						entry={entry}
						directory={directory}
						app={desktop.app}
						named={entry.id === named}
						say={say}
					/>
				))}
			</div>
		</section>
	));
}

/** The entries, and the workspace as the person in the address sees it; without one, as its first member does. */
async function readGallery(): Promise<{readonly entries: readonly CheckedGalleryEntry[]; readonly desktop: Desktop}> {
	const nobody = makeClient('');
	const entries = await nobody.gallery();
	const asked = new URLSearchParams(location.search).get('as');
	const {people, app} = await nobody.workspace();
	const first = people.find((each) => !each.bot && !each.deactivated && each.id !== app.botUserId);
	return {entries, desktop: await makeClient(asked ?? first?.id ?? '').desktop()};
}

/** The entry's id after `#` in the address. */
function useNamed(): string {
	const [named, setNamed] = useState(namedNow);
	useEffect(() => {
		const look = (): void => setNamed(namedNow());
		addEventListener('hashchange', look);
		return () => removeEventListener('hashchange', look);
	}, []);
	return named;
}

function namedNow(): string {
	try {
		return decodeURIComponent(location.hash.slice(1));
	} catch {
		return location.hash.slice(1);
	}
}

function useSentence(): readonly [string, (sentence: string) => void] {
	const [said, setSaid] = useState({text: '', turn: 0});
	useEffect(() => {
		const timer = setTimeout(() => setSaid((was) => ({...was, text: ''})), SAID_FOR);
		return () => clearTimeout(timer);
	}, [said.turn]);
	const say = useCallback((text: string) => setSaid((was) => ({text, turn: was.turn + 1})), []);
	return [said.text, say];
}

function counted(shown: number, all: number): string {
	return shown === all ? `${all} views` : `${shown} of ${all} views`;
}
