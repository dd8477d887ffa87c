import {SlackError} from '../api/slack-error.ts';
import type {JsonObject} from '../json.ts';
import {checkBlocks, hasInputs} from './blocks.ts';
import {anything, boolean, byType, object, problem, problemsOnTheWire, string} from './check.ts';
import type {Problem} from './check.ts';
import {plainText} from './composition.ts';

/** A view may weigh 250 KB (Slack: views.open, view_too_large). */
const VIEW_LIMIT = 250 * 1024;

/** Title, submit and close 24 characters, private_metadata 3000, callback_id 255 (Slack: "Views"). */
const modal = byType({
	modal: object(
		{title: plainText(24), blocks: anything},
		{
			submit: plainText(24),
			close: plainText(24),
			private_metadata: string({most: 3000}),
			callback_id: string({most: 255}),
			external_id: string({most: 255}),
			clear_on_close: boolean,
			notify_on_close: boolean,
			submit_disabled: boolean,
		},
	),
});

/** Throws `invalid_arguments` or `view_too_large` where a modal breaks a limit. */
export function checkView(view: JsonObject): void {
	if (JSON.stringify(view).length > VIEW_LIMIT) throw new SlackError('view_too_large');
	const problems = viewProblems(view);
	if (problems.length > 0) throw new SlackError('invalid_arguments', problemsOnTheWire(problems));
}

function viewProblems(view: JsonObject): readonly Problem[] {
	const needsSubmit = hasInputs(view['blocks']) && view['submit'] === undefined;
	return [
		...modal(view, '/view'),
		...checkBlocks(view['blocks'], 'modal', '/view/blocks'),
		...(needsSubmit ? problem('`submit` is required when a view has input blocks', '/view') : []),
	];
}
