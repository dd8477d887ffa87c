import type {ComponentChild} from 'preact';
import {textField} from '../../json.ts';
import type {Directory, Json, Surface} from '../surface.ts';
import {FlowView} from './flow-view.tsx';
import {mrkdwnFlow, plainFlow} from './mrkdwn-flow.ts';

/** A text in Slack's mrkdwn. `verbatim`: bare addresses and channel names are not linked. */
export function Mrkdwn({
	text,
	surface,
	verbatim = false,
}: {
	readonly text: string;
	readonly surface: Surface;
	readonly verbatim?: boolean;
}): ComponentChild {
	const flow = mrkdwnFlow(text, {verbatim, channels: channelsOf(surface.directory)});
	return (
		<div class="mk">
			<FlowView flow={flow} surface={surface} />
		</div>
	);
}

/** A text object: mrkdwn or plain_text, whatever it says it is. */
export function TextObject({text, surface}: {readonly text: unknown; readonly surface: Surface}): ComponentChild {
	const content = textField(text, 'text') ?? '';
	if (textField(text, 'type') === 'mrkdwn') {
		return <Mrkdwn text={content} surface={surface} verbatim={flagOf(text, 'verbatim')} />;
	}
	return (
		<div class="mk">
			<FlowView flow={plainFlow(content, !isFalse(text, 'emoji'))} surface={surface} />
		</div>
	);
}

const known = new WeakMap<Directory, ReadonlyMap<string, string>>();

function channelsOf(directory: Directory): ReadonlyMap<string, string> {
	const before = known.get(directory);
	if (before !== undefined) return before;
	const named = directory.channels.filter((each) => each.kind === 'public' || each.kind === 'private');
	const channels = new Map(named.map((each) => [each.name, each.id]));
	known.set(directory, channels);
	return channels;
}

function flagOf(value: unknown, name: string): boolean {
	return typeof value === 'object' && value !== null && (value as Json)[name] === true;
}

function isFalse(value: unknown, name: string): boolean {
	return typeof value === 'object' && value !== null && (value as Json)[name] === false;
}
