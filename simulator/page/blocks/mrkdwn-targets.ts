import {withEmoji} from './emoji.ts';
import type {Inline} from './flow.ts';
import {safeLink} from './safe-links.ts';

/** What stands between `<` and `>`: a mention, a date or a link (Slack: "Formatting text for app surfaces"). */
export function targetAsInline(inner: string, emoji: boolean): Inline {
	const bar = inner.indexOf('|');
	const target = bar === -1 ? inner : inner.slice(0, bar);
	const label = bar === -1 ? undefined : decoded(inner.slice(bar + 1));
	const labelled = label === undefined || label === '' ? {} : {label};
	if (/^@[UWB][A-Z0-9]+$/.test(target)) return {kind: 'person', id: target.slice(1), ...labelled};
	if (/^#[CGD][A-Z0-9]+$/.test(target)) return {kind: 'channel', id: target.slice(1), ...labelled};
	if (/^!subteam\^S[A-Z0-9]+$/.test(target)) return {kind: 'group', id: target.slice(9), ...labelled};
	if (/^!(here|channel|everyone)$/.test(target)) return {kind: 'broadcast', name: target.slice(1)};
	if (target.startsWith('!date^')) return dateAsInline(target, label ?? '');
	if (/^[@#!]/.test(target)) return {kind: 'text', text: label ?? decoded(`<${inner}>`)};
	return linkAsInline(decoded(target), label, emoji);
}

function linkAsInline(address: string, label: string | undefined, emoji: boolean): Inline {
	const href = safeLink(address);
	if (href === undefined && !/^[a-z][a-z\d+.-]*:/i.test(address)) {
		return {kind: 'text', text: `<${address}${label === undefined ? '' : `|${label}`}>`};
	}
	if (href === undefined) {
		return {kind: 'text', text: label === undefined || label === address ? address : `${label} (${address})`};
	}
	const shown = label === undefined || label === '' ? address.replace(/^(mailto|tel):/, '') : label;
	return {kind: 'link', href, children: emoji ? withEmoji(shown) : [{kind: 'text', text: shown}]};
}

function dateAsInline(target: string, fallback: string): Inline {
	const [, seconds = '', format = '', link] = target.split('^');
	const href = link === undefined ? undefined : safeLink(decoded(link));
	const date = {kind: 'date', seconds: Number(seconds || 'NaN'), format: decoded(format), fallback} as const;
	return href === undefined ? date : {...date, href};
}

function decoded(text: string): string {
	return text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
}
