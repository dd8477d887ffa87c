import {styleText} from 'node:util';

import type {Severity} from '../../domain/review/finding.ts';

/** What a piece of text is: how it looks is decided in one place. */
export type Tone = Severity | 'strong' | 'quiet' | 'good';

export type Paint = (tone: Tone, text: string) => string;

const styles: Readonly<Record<Tone, Parameters<typeof styleText>[0]>> = {
	blocker: ['bold', 'red'],
	warning: ['bold', 'yellow'],
	notice: ['bold', 'cyan'],
	strong: 'bold',
	quiet: 'dim',
	good: 'green',
};

export function painter(coloured: boolean): Paint {
	if (!coloured) return (_tone, text) => text;
	// The stream was asked already, and by the same rules for every version of Node.
	return (tone, text) => styleText(styles[tone], text, {validateStream: false});
}

/**
 * Colours for a terminal, unless NO_COLOR asks for none; FORCE_COLOR decides before both, as in Node itself.
 *
 * @see https://no-color.org and https://nodejs.org/docs/latest-v20.x/api/tty.html#writestreamgetcolordepthenv
 */
export function wantsColours(env: Readonly<Record<string, string | undefined>>, isTerminal: boolean): boolean {
	const forced = env['FORCE_COLOR'];
	if (forced !== undefined) return forced !== '0' && forced !== 'false';
	return isTerminal && (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}
