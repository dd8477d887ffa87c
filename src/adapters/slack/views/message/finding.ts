import type {KnownBlock} from '@slack/types';
import type {Finding, Severity} from '../../../../domain/review/finding.ts';
import type {Review} from '../../../../domain/review/review.ts';
import {waivableRules, type Waiver} from '../../../../domain/waiver.ts';
import {button, section} from '../../blocks.ts';
import {actionIds, encode} from '../../ids.ts';
import {code, cut, escape, fitItems, sentence} from '../../limits.ts';
import {count, mention} from '../words.ts';

const severityRank: {readonly [severity in Severity]: number} = {blocker: 0, warning: 1, notice: 2};
/** A severity's shape: readable without colour. */
export const severitySigns: {readonly [severity in Severity]: string} = {blocker: '■', warning: '▲', notice: '•'};

const severityWords: {readonly [severity in Severity]: string} = {
	blocker: '*Blocker*',
	warning: '*Warning*',
	notice: 'Notice',
};

/** Rules with a button of their own on the message. */
const waiveButtons = 5;

export function worstFirst(findings: readonly Finding[]): readonly Finding[] {
	return findings.toSorted((a, b) => severityRank[a.severity] - severityRank[b.severity]);
}

export function findingCounts(findings: readonly Finding[]): string {
	if (findings.length === 0) return 'No findings';
	const of = (severity: Severity): number => findings.filter((finding) => finding.severity === severity).length;
	const parts = [
		[of('blocker'), 'blocker'],
		[of('warning'), 'warning'],
		[of('notice'), 'notice'],
	] as const;
	return parts
		.filter(([n]) => n > 0)
		.map(([n, word]) => count(n, word))
		.join(', ');
}

/** Places told by name; beyond them only their number. */
const placesTold = 6;

/** `line 12`, `lines 12, 40, 41 and 8 more`. */
export function placesText({place, furtherPlaces}: Finding): string {
	const lines = [place, ...furtherPlaces.map((further) => further.place)].map(({line}) => line);
	const told = lines.slice(0, placesTold).join(', ');
	const left = lines.length - placesTold;
	return `${lines.length === 1 ? 'line' : 'lines'} ${told}${left > 0 ? ` and ${left} more` : ''}`;
}

/** Words of a rule's own, which may hold `code`; a name among them mentions nobody. */
export function ownWords(text: string): string {
	return cut(
		sentence(text, () => false),
		300,
	);
}

export function findingLine(finding: Finding): string {
	const place = `${placesText(finding)}${finding.migration === null ? '' : ` of ${code(cut(finding.migration, 150))}`}`;
	const remedy = finding.remedy.trim() === '' ? '' : `\nRemedy: ${ownWords(finding.remedy)}`;
	return `${severitySigns[finding.severity]} ${severityWords[finding.severity]} ${code(cut(finding.rule, 80))}, ${place}: ${cut(escape(finding.message), 400)}${remedy}`;
}

/** Open blockers that may be waived have their button beside them; then the rest, worst first, as much as fits. */
export function findingBlocks(options: {
	readonly number: number;
	readonly review: Review;
	readonly digest: string;
	readonly waivers: readonly Waiver[];
	readonly mayWaive: boolean;
	/** Characters for the findings without a button of their own. */
	readonly room: number;
}): readonly KnownBlock[] {
	const {review, digest, waivers} = options;
	if (review.findings.length === 0) return [];
	const rules = options.mayWaive ? waivableRules(review, digest, waivers).slice(0, waiveButtons) : [];
	const own = rules.flatMap((rule, index) => {
		const same = worstFirst(review.findings.filter((finding) => finding.rule === rule));
		const worst = same[0];
		if (worst === undefined) return [];
		const more = same.length > 1 ? `\n… and ${count(same.length - 1, 'more place')} of the same rule.` : '';
		const waive = button({
			action: actionIds.waive,
			text: 'Waive…',
			value: encode({number: options.number, digest, rule}),
		});
		return [section(`finding-${index}`, `${findingLine(worst)}${more}`, waive)];
	});
	const others = worstFirst(review.findings).filter((finding) => !rules.includes(finding.rule));
	const text = fitItems(
		others,
		// An empty line between two: each has several lines of its own.
		(finding) => `${findingLine(finding)}\n`,
		own.length > 0 ? Math.min(options.room, 1500) : options.room,
		(left) => `… and ${count(left, 'more finding')}; the thread has them.`,
	);
	return [
		section('findings-title', '*Findings*, worst first'),
		...own,
		...(text === '' ? [] : [section('findings', text.trimEnd())]),
		...waiverBlocks(waivers, digest),
	];
}

function waiverBlocks(waivers: readonly Waiver[], digest: string): readonly KnownBlock[] {
	const live = waivers.filter((waiver) => waiver.reviewDigest === digest);
	if (live.length === 0) return [];
	return [
		section(
			'waivers',
			fitItems(live, waiverLine, 900, (left) => `… and ${count(left, 'more waiver')}.`),
		),
	];
}

function waiverLine(waiver: Waiver): string {
	const reason = cut(escape(waiver.reason), 300);
	return `☑ ${code(cut(waiver.rule, 80))} waived by ${mention(waiver.person)}: “${reason}”`;
}
