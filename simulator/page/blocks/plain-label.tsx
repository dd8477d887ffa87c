import type {ComponentChild} from 'preact';
import {labelText} from './label-text.ts';

/** A plain_text object within a line, such as a button's label. */
export function PlainLabel({text}: {readonly text: unknown}): ComponentChild {
	return <bdi>{labelText(text)}</bdi>;
}
