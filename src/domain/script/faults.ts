import {outsideWords} from '../outside-words.ts';
import {refuse, type Refusal, type RefusalCode} from '../refusal.ts';
import type {FaultKind, ParsedScript} from './parsed-script.ts';

/** Faults with which a review would speak of another text than the one that runs. */
const refusedFaults: Readonly<Partial<Record<FaultKind, RefusalCode>>> = {
	unparsable: 'script-not-sql',
	'psql-command': 'script-psql-command',
	'parser-differential': 'script-parser-differential',
};

/** Refuses a script with such a fault: the first one is told, with its place. */
export function refuseFaults(script: Pick<ParsedScript, 'faults'>): Refusal | null {
	for (const {kind, place, message, remedy} of script.faults) {
		const code = refusedFaults[kind];
		if (code === undefined) continue;
		const told = outsideWords(`${message} ${remedy}`);
		return refuse(code, `Line ${place.line}, column ${place.column}: ${told}`);
	}
	return null;
}
