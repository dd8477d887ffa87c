import {isRefusal, type Refusal, refuse} from '../../../domain/refusal.ts';
import {chooseTargets} from '../../../domain/stage-chain.ts';
import type {Target} from '../../../domain/target.ts';
import type {RequestRecord} from '../../../operations/ports/record.ts';
import type {RequestFields, ScriptSource} from '../ids.ts';
import {cut} from '../limits.ts';
import {calling} from '../slack-failure.ts';
import {requestModal} from '../views/modals/request-modal.ts';
import {fitsSelect, targetValue} from '../views/modals/target-input.ts';
import type {Asker, Desk} from './desk.ts';

/** Who opens the form, and what stands in it already. */
export interface FormOpening {
	/** Lives three seconds. */
	readonly triggerId: string;
	readonly asker: Pick<Asker, 'person' | 'channel'>;
	/** Target names in the order of the stages; none leaves the choice to the person. */
	readonly targets: readonly string[];
	readonly source: ScriptSource | null;
}

/** Opens the form for a new request; a refusal where the targets are not such as can be requested together. */
export async function openForm(desk: Desk, opening: FormOpening): Promise<Refusal | null> {
	const targets = desk.actions.targets();
	const chosen = preselected(opening.targets, targets);
	if (isRefusal(chosen)) return chosen;
	const view = requestModal(targets, formFor(opening, chosen, targets));
	await calling('the form', () => desk.client.views.open({trigger_id: opening.triggerId, view}));
	return null;
}

/** The only target is chosen without being named. */
function preselected(names: readonly string[], targets: readonly Target[]): readonly Target[] | Refusal {
	if (names.length === 0) return targets.length === 1 ? targets : [];
	const chosen = chooseTargets(names, targets);
	if (isRefusal(chosen) || fitsSelect(names)) return chosen;
	return refuse(
		'target-unknown',
		`These stages are too long a choice for a list of Slack’s. Request them one by one, \`${names[0]}\` first.`,
	);
}

function formFor({asker, source}: FormOpening, chosen: readonly Target[], targets: readonly Target[]): RequestFields {
	return {
		channel: asker.channel,
		source,
		target: targetValue(chosen.map(({name}) => name)),
		app: onlyApp(chosen, targets),
		version: '',
		author: asker.person,
		summary: '',
		start: 'by-hand',
		startAt: null,
	};
}

/** The app where it can be no other: the only one that every chosen target has, or the only one there is. */
function onlyApp(chosen: readonly Target[], targets: readonly Target[]): string {
	const has = (target: Target, app: string): boolean => target.histories.some((history) => history.app === app);
	const known = new Set(targets.flatMap(({histories}) => histories.map(({app}) => app)));
	const [app = '', ...others] = [...known].filter((each) => chosen.every((target) => has(target, each)));
	return others.length === 0 ? app : '';
}

/** The form of a request that ended, filled in with what it was; its script comes from the record. */
export function formAgain(
	{request, stages}: RequestRecord,
	{channel, targets, now}: {readonly channel: string | null; readonly targets: readonly Target[]; readonly now: number},
): RequestFields {
	const {start} = request;
	const startAt = start.kind === 'at' && start.at > now ? start.at : null;
	return {
		channel,
		source: {kind: 'again', number: request.number, name: cut(request.scriptName, 200)},
		target: targetValue(stagesAgain(stages, request.target, targets)),
		app: request.app,
		version: request.version,
		author: request.author,
		summary: request.summary,
		start: start.kind === 'at' && startAt === null ? 'by-hand' : start.kind,
		startAt,
	};
}

/** All its stages where they still are stages in this order, else its own target where there still is one. */
function stagesAgain(stages: RequestRecord['stages'], own: string, targets: readonly Target[]): readonly string[] {
	const candidates = [stages.map(({target}) => target), [own]];
	return candidates.find((names) => !isRefusal(chooseTargets(names, targets)) && fitsSelect(names)) ?? [];
}
