import type {PersonRecord} from '../workspace.ts';

/** A JSON object as it came over the wire. */
export type Json = {readonly [field: string]: unknown};

/** What a person gives an element: text, an option's value, an id, ids, unix seconds, or nothing. */
export type Given = string | number | readonly string[] | null;

/** Block id → action id → state, as in `view.state.values`. */
export type ShownValues = {readonly [block: string]: {readonly [action: string]: Json}};

/** Who and what can be named on the page. */
export type Directory = {
	readonly me: PersonRecord;
	readonly people: readonly PersonRecord[];
	readonly channels: readonly {readonly id: string; readonly name: string; readonly kind: string}[];
	readonly userGroups: readonly {readonly id: string; readonly handle: string; readonly name: string}[];
};

/** Where blocks stand, and what can be done there. The block renderer knows nothing else of the page. */
export type Surface = {
	readonly kind: 'message' | 'modal' | 'home';
	/** Tells one surface's form controls from another's: a prefix for DOM ids. */
	readonly id: string;
	readonly directory: Directory;
	readonly values: ShownValues;
	/** Errors under input blocks, by block id; empty on messages. */
	readonly errors: {readonly [block: string]: string};
	/**
	 * The person used a button (value undefined), a menu, a picker. Resolves when the app acknowledged; rejects with an
	 * Error whose message is Slack's sentence for the person. The renderer shows it beside the element.
	 */
	readonly act: (blockId: string, actionId: string, value?: Given) => Promise<void>;
	/** The person put something into an input block. The same promise as `act`. */
	readonly fill: (blockId: string, actionId: string, value: Given) => Promise<void>;
	/** Uploads for a file_input; returns the file's id. */
	readonly upload: (file: File) => Promise<string>;
	/** Options of an external select for what was typed. */
	readonly suggest: (blockId: string, actionId: string, query: string) => Promise<readonly Json[]>;
	/** A mention, a channel or a permalink was followed. */
	readonly open: (link: {readonly kind: 'person' | 'channel' | 'permalink'; readonly to: string}) => void;
};
