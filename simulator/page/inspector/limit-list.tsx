import type {ComponentChild} from 'preact';
import type {Inspection, LimitUse} from '../../local/desktop.ts';
import {inWords, levelOf, percentOf, worstFirst} from './figures.ts';

/** Each figure against its limit, the worst first: a bar, and the same in words. */
export function LimitList({uses}: {readonly uses: readonly LimitUse[]}): ComponentChild {
	if (uses.length === 0) return <p class="insp-quiet">Nothing here has a limit.</p>;
	return (
		<ul class="insp-limits">
			{worstFirst(uses).map((use) => (
				<li key={use.name} class={`insp-limit insp-level-${levelOf(use)}`}>
					<span class="insp-limit-name">{use.name}</span>
					<span class="insp-limit-words">{inWords(use)}</span>
					<Bar use={use} />
				</li>
			))}
		</ul>
	);
}

/** A bar for the eye alone: its words stand beside it. */
export function Bar({use}: {readonly use: Pick<LimitUse, 'used' | 'limit'>}): ComponentChild {
	return (
		<span class={`insp-bar insp-level-${levelOf(use)}`} aria-hidden="true">
			<svg width="100%" height="6" preserveAspectRatio="none">
				<rect width={`${Math.min(100, percentOf(use))}%`} height="6" />
			</svg>
		</span>
	);
}

/** What Slack would refuse, and where. */
export function ProblemList({problems}: {readonly problems: Inspection['problems']}): ComponentChild {
	if (problems.length === 0) return <p class="insp-quiet">Slack would refuse nothing here.</p>;
	return (
		<ul class="insp-problems">
			{problems.map(({message, pointer}) => (
				<li key={`${pointer} ${message}`}>
					<strong>{message}</strong> <code>{pointer}</code>
				</li>
			))}
		</ul>
	);
}
