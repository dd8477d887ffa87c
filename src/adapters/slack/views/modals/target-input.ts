import type {InputBlock, PlainTextOption} from '@slack/types';
import {stageChains} from '../../../../domain/stage-chain.ts';
import type {Target} from '../../../../domain/target.ts';
import {input, option, placeholder} from '../../blocks.ts';
import {fieldIds, valueAction} from '../../ids.ts';
import {limits} from '../../limits.ts';

/** Targets offered at most: four groups of Slack's hundred, for a modal has a size as well (250,000 characters). */
const mostTargets = 4 * limits.options;

/**
 * Which target, or which stages in their order; `chosen` is an option's value. Beyond what Slack takes the list is cut,
 * and what is chosen stays in it.
 */
export function targetInput(targets: readonly Target[], chosen: string): InputBlock {
	const single = keeping(
		targets.map(({name}) => option(name, name)),
		chosen,
		mostTargets,
	);
	const chains = keeping(chainOptions(targets), chosen, limits.options);
	const initial = [...single, ...chains].find(({value}) => value === chosen);
	const common = {
		type: 'static_select',
		action_id: valueAction,
		placeholder: placeholder(chains.length === 0 ? 'Choose a database' : 'Choose a database, or stages in order'),
		...(initial === undefined ? {} : {initial_option: initial}),
	} as const;
	if (chains.length === 0 && single.length <= limits.options) {
		return input(fieldIds.target, 'Target', {...common, options: [...single]});
	}
	const groups = [...groupsOf('One target', single), ...groupsOf('Stages in order', chains)];
	return input(fieldIds.target, 'Target', {...common, option_groups: groups});
}

/** The value that a choice of these targets has. */
export function targetValue(names: readonly string[]): string {
	return names.join(',');
}

/** A single target can always be offered; stages only where Slack shows and sends them whole. */
export function fitsSelect(names: readonly string[]): boolean {
	if (names.length < 2) return true;
	return chainText(names).length <= limits.optionText && targetValue(names).length <= limits.optionValue;
}

/** A chain that does not fit whole is left out: half a chain would be another one. */
function chainOptions(targets: readonly Target[]): readonly PlainTextOption[] {
	return stageChains(targets)
		.filter((names) => fitsSelect(names))
		.map((names) => option(chainText(names), targetValue(names)));
}

function chainText(names: readonly string[]): string {
	return names.join(', then ');
}

function keeping(options: readonly PlainTextOption[], chosen: string, max: number): readonly PlainTextOption[] {
	const kept = options.slice(0, max);
	const found = options.find(({value}) => value === chosen);
	return found === undefined || kept.includes(found) ? kept : [found, ...kept.slice(0, max - 1)];
}

function groupsOf(
	label: string,
	options: readonly PlainTextOption[],
): {label: PlainTextOption['text']; options: PlainTextOption[]}[] {
	const groups = [];
	for (let start = 0; start < options.length; start += limits.options) {
		const group = options.slice(start, start + limits.options);
		const words = start === 0 ? label : `${label} (${start + 1} to ${start + group.length})`;
		groups.push({label: placeholder(words), options: group});
	}
	return groups;
}
