import type {Guard, ParsedScript} from '../script/parsed-script.ts';
import type {Place} from './finding.ts';

/** Where a finding about a migration as a whole stands: at its first guard. */
export interface MigrationPlace {
	readonly place: Place;
	/** The guard, cut to what tells it from others. */
	readonly statement: string;
}

export function placeOfMigration(id: string, {script}: {readonly script: ParsedScript}): MigrationPlace {
	const guard = script.guards.find((item) => item.id === id);
	if (guard === undefined) return {place: {line: 1, column: 1}, statement: ''};
	return {place: guard.place, statement: guardText(guard)};
}

export function guardText({tableText, column, id}: Guard): string {
	return `… FROM ${tableText} WHERE "${column}" = '${id}'`;
}
