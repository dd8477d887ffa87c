import {decodeRequestFields} from '../ids.ts';
import {calling} from '../slack-failure.ts';
import {requestModal} from '../views/modals/request-modal.ts';
import {type ClickListener, staleButton} from './click.ts';
import {answerWords, tell} from './tell.ts';

/** From a refusal back to the form as it was filled in. */
export const backClicked: ClickListener = async (click, desk) => {
	const fields = decodeRequestFields(click.view?.metadata ?? null);
	const {view} = click;
	if (fields === null || view === null) return await tell(desk, click.asker, answerWords(staleButton()));
	await calling('the form', () =>
		desk.client.views.update({view_id: view.id, view: requestModal(desk.actions.targets(), fields)}),
	);
};
