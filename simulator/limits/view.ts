import {SlackError} from '../api/slack-error.ts';
import type {JsonObject} from '../json.ts';
import {blocksCheck, hasInputs} from './blocks.ts';
import {anything, boolean, byType, object, problem, problemsOnTheWire, string} from './check.ts';
import type {Check, Problem, Sight} from './check.ts';
import {plainText} from './composition.ts';

/** A view may weigh 250 KB (Slack: views.open, view_too_large). */
export const VIEW_LIMIT = 250 * 1024;

/** The two kinds of view. */
export type ViewKind = 'modal' | 'home';

const common = {
	private_metadata: string({most: 3000}),
	callback_id: string({most: 255}),
	external_id: string({most: 255}),
};

/** Title, submit and close 24 characters, private_metadata 3000, callback_id 255 (Slack: "Views"). */
const checks: Readonly<Record<ViewKind, Check>> = {
	modal: byType({
		modal: object(
			{title: plainText(24), blocks: anything},
			{
				...common,
				submit: plainText(24),
				close: plainText(24),
				clear_on_close: boolean,
				notify_on_close: boolean,
				submit_disabled: boolean,
			},
		),
	}),
	// A Home tab has neither title nor buttons, but may have inputs.
	home: byType({home: object({blocks: anything}, common)}),
};

/** Throws `invalid_arguments` or `view_too_large` where a view is not of this kind or breaks a limit. */
export function checkView(view: JsonObject, kind: ViewKind = kindOf(view)): void {
	if (JSON.stringify(view).length > VIEW_LIMIT) throw new SlackError('view_too_large');
	const problems = viewProblems(view, undefined, kind);
	if (problems.length > 0) throw new SlackError('invalid_arguments', problemsOnTheWire(problems));
}

/** The same as a list, and told to `sight`: the limits that it comes across. */
export function viewProblems(view: JsonObject, sight?: Sight, kind: ViewKind = kindOf(view)): readonly Problem[] {
	const needsSubmit = kind === 'modal' && hasInputs(view['blocks']) && view['submit'] === undefined;
	return [
		...checks[kind](view, '/view', sight),
		...blocksCheck(kind)(view['blocks'], '/view/blocks', sight),
		...(needsSubmit ? problem('`submit` is required when a view has input blocks', '/view') : []),
	];
}

/** The kind that a view says it is; what says nothing of the sort is held against a modal. */
export function kindOf(view: JsonObject): ViewKind {
	return view['type'] === 'home' ? 'home' : 'modal';
}
