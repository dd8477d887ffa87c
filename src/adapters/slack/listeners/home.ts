import {calling} from '../slack-failure.ts';
import {failedHomeView, type Home, homeView} from '../views/board/home.ts';
import type {ClickListener} from './click.ts';
import type {Asker, Desk} from './desk.ts';
import {guard} from './guard.ts';
import {openForm} from './open-form.ts';
import type {HomeOpened} from './payloads.ts';
import {answerWords, tell} from './tell.ts';

/** Published anew at each opening: what Slack keeps is as old as the last one. */
export async function homeOpened({person, tab}: HomeOpened, desk: Desk): Promise<void> {
	if (tab === 'home') await showHome(desk, person, 'app_home_opened');
}

export const homeRefreshed: ClickListener = async ({asker, actionId}, desk) =>
	await showHome(desk, asker.person, actionId);

/** What a button of the Home did is seen there. */
export function homeAfter(listener: ClickListener): ClickListener {
	return async (click, desk) => {
		await listener(click, desk);
		if (click.onHome) await showHome(desk, click.asker.person, click.actionId);
	};
}

export const formOpened: ClickListener = async ({asker, triggerId}, desk) => {
	const refused = await openForm(desk, {triggerId, asker, targets: [], source: null});
	if (refused !== null) await tell(desk, asker, answerWords(refused));
};

/** Slack follows the link; there is nothing left to do. */
export const linkFollowed: ClickListener = () => Promise.resolve();

/** A failure is shown on the Home itself: nobody is sent a message for having looked. */
async function showHome(desk: Desk, person: string, interaction: string): Promise<void> {
	const work = async (): Promise<void> => {
		const [board, workspaceUrl] = await Promise.all([desk.actions.board(person), desk.workspaceUrl()]);
		await publish(desk, person, homeView(board, workspaceUrl, desk.now()));
	};
	await guard(desk, nowhere(person), interaction, work, async (sentence) => {
		try {
			await publish(desk, person, failedHomeView(sentence));
		} catch (error) {
			desk.log.warn({err: error, person}, 'The Home could not even show that it failed');
		}
		return true;
	});
}

async function publish(desk: Desk, person: string, view: Home): Promise<void> {
	await calling('the Home', () => desk.client.views.publish({user_id: person, view}));
}

function nowhere(person: string): Asker {
	return {person, channel: null, threadTs: null, responseUrl: null, responseUrlFirst: false};
}
