import type {ComponentChild} from 'preact';
import {useMemo, useState} from 'preact/hooks';
import {isObject} from '../../json.ts';
import type {CheckedGalleryEntry} from '../../local/desktop.ts';
import {worstFirst} from '../inspector/figures.ts';
import {LimitList} from '../inspector/limit-list.tsx';
import type {Directory, Surface} from '../surface.ts';
import {ShownEntry} from './shown-entry.tsx';
import type {AppName} from './shown-entry.tsx';
import {withoutFocus} from './without-focus.ts';

/** As many limits are shown before a click. */
const WORST = 3;

type Props = {
	readonly entry: CheckedGalleryEntry;
	readonly directory: Directory;
	readonly app: AppName;
	/** The address names this entry. */
	readonly named: boolean;
	readonly say: (sentence: string) => void;
};

/** One entry, with its limits and what Slack would refuse. */
export function EntryCard({entry, directory, app, named, say}: Props): ComponentChild {
	const shown = useMemo(() => {
		const payload = withoutFocus(entry.payload);
		return {...entry, payload: isObject(payload) ? payload : {}};
	}, [entry]);
	const surface = useMemo(() => deadSurface(entry, directory, say), [entry, directory, say]);
	const body = useMemo(() => <ShownEntry entry={shown} surface={surface} app={app} />, [shown, surface, app]);
	return (
		<article
			id={entry.id}
			class={named ? 'gal-entry gal-named' : 'gal-entry'}
			aria-label={`${entry.title}, ${entry.variant}`}
		>
			<h3>
				<a href={`#${entry.id}`}>{entry.variant}</a>{' '}
				<span class="gal-quiet">
					{entry.kind} · {entry.id}
				</span>
			</h3>
			<Problems problems={entry.problems} />
			<div class="gal-frame">{body}</div>
			<Limits entry={entry} />
		</article>
	);
}

function Problems({problems}: Pick<CheckedGalleryEntry, 'problems'>): ComponentChild {
	if (problems.length === 0) return null;
	return (
		<ul class="gal-problems" aria-label="Slack would refuse this">
			{problems.map(({message, pointer}) => (
				<li key={`${pointer} ${message}`}>
					{message} <code>{pointer}</code>
				</li>
			))}
		</ul>
	);
}

function Limits({entry}: {readonly entry: CheckedGalleryEntry}): ComponentChild {
	const [all, setAll] = useState(false);
	const limits = worstFirst(entry.limits);
	return (
		<div class="gal-limits">
			<LimitList uses={all ? limits : limits.slice(0, WORST)} />
			{limits.length > WORST && (
				<button type="button" class="gal-button" aria-expanded={all} onClick={() => setAll(!all)}>
					{all ? 'The worst limits' : `All ${limits.length} limits`}
					<span class="insp-unseen"> of {entry.id}</span>
				</button>
			)}
		</div>
	);
}

/** A surface behind which nobody is. */
function deadSurface(entry: CheckedGalleryEntry, directory: Directory, say: Props['say']): Surface {
	const tell = async (): Promise<void> => say('Nothing is connected here: this is a picture of a view.');
	const kind = entry.kind === 'modal' || entry.kind === 'home' ? entry.kind : 'message';
	return {
		kind,
		id: `gallery-${entry.id.replaceAll(/[^\w-]/g, '-')}`,
		directory,
		values: {},
		errors: {},
		act: tell,
		fill: async () => undefined,
		async upload() {
			await tell();
			return 'F0000000000';
		},
		async suggest() {
			await tell();
			return [];
		},
		open: () => void tell(),
	};
}
