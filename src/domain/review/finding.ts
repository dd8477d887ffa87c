import type {ChecklistItemId} from '../checklist.ts';

export type Severity = 'blocker' | 'warning' | 'notice';

/** Where in the script's file; both count from 1. */
export interface Place {
	readonly line: number;
	readonly column: number;
}

/** A review rule's objection. */
export interface Finding {
	/** The rule's stable id, such as `drop-column`. */
	readonly rule: string;
	readonly severity: Severity;
	readonly waivable: boolean;
	/** Loses data or breaks readers: asks for two approvers. */
	readonly destructive: boolean;
	/** The checklist item it is evidence for, or null. */
	readonly item: ChecklistItemId | null;
	readonly migration: string | null;
	readonly place: Place;
	/** Where else exactly the same is to be said, in the order of the file. */
	readonly furtherPlaces: readonly FurtherPlace[];
	/** The statement it is about, cut to a readable length. */
	readonly statement: string;
	readonly message: string;
	readonly why: string;
	readonly remedy: string;
}

export interface FurtherPlace {
	readonly migration: string | null;
	readonly place: Place;
}
