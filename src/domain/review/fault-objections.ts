import {migrationOf, type EfFrame} from '../script/ef-frame.ts';
import type {FaultKind, ScriptFault} from '../script/parsed-script.ts';
import type {Severity} from './finding.ts';
import type {ReviewContext} from './review-context.ts';
import type {Objection} from './rule.ts';

/** Objects to every fault of one kind, under applied migrations too: psql and the server read the whole file. */
export function objectToFaults(
	{script, frame}: ReviewContext,
	kind: FaultKind,
	severity: Severity,
): readonly Objection[] {
	return script.faults
		.filter((fault) => fault.kind === kind)
		.map((fault) => ({
			severity,
			migration: knownMigration(fault, frame),
			place: fault.place,
			statement: fault.text,
			message: fault.message,
			remedy: fault.remedy,
		}));
}

/** A guard that stands only where nothing can be read is none of the frame's. */
function knownMigration(fault: ScriptFault, frame: EfFrame): string | null {
	const id = migrationOf(fault, frame);
	return frame.migrations.some((migration) => migration.id === id) ? id : null;
}
