import {startGateServer} from '../adapters/http/gate-server.ts';
import type {SlackActions} from '../adapters/slack/actions.ts';
import {createSlackApp} from '../adapters/slack/app.ts';
import type {Configuration} from '../config.ts';
import {acknowledge} from '../operations/failure/acknowledge.ts';
import {agreeWithEvidence, answerChecklist} from '../operations/review/answer-checklist.ts';
import {askGate} from '../operations/answer-gate.ts';
import {approveRequest, requestChanges} from '../operations/approval/approve-request.ts';
import {cancelRun, startRun} from '../operations/run/start-run.ts';
import {decideFailure} from '../operations/failure/decide-failure.ts';
import {openRequest} from '../operations/request/open-request.ts';
import {findApprover} from '../operations/approval/find-approver.ts';
import {replaceScript} from '../operations/request/replace-script.ts';
import {scriptOfRequest} from '../operations/request/script-of-request.ts';
import {showBoard} from '../operations/show-board.ts';
import {waiveFinding} from '../operations/review/waive-finding.ts';
import {withdrawRequest} from '../operations/request/withdraw-request.ts';
import type {World} from '../operations/world.ts';
import {startCommonJobs, withFallback} from './common-jobs.ts';
import {openWorld} from './world.ts';

/** How many requests `/migrate list` shows. */
const listed = 20;

/** Slack, the deploy gate and the common jobs. Returns what stops it. */
export async function startBot(config: Configuration): Promise<() => Promise<void>> {
	const {botToken, apiUrl, ...transport} = config.slack();
	const gate = config.gate();
	const world = withFallback(await openWorld(config, 'bot'));
	const jobs = startCommonJobs(world, config);
	const slack = createSlackApp({
		transport,
		client: world.client,
		botToken,
		apiUrl,
		actions: actionsOf(world),
		log: world.log,
	});
	const server = await startGateServer({
		...gate,
		ask: async (question) => await askGate(world, question),
		onError: world.heard,
	});
	await slack.start();
	world.log.info({gatePort: server.port, slackPort: slack.port()}, 'bot ready');
	return async () => {
		await slack.stop();
		await server.close();
		await jobs.close();
		await world.close();
	};
}

/** What people can ask for in Slack, bound to operations. */
function actionsOf(world: World): SlackActions {
	return {
		targets: () => [...world.settings.targets.values()],
		openRequest: async (ask) => await openRequest(world, ask),
		replaceScript: async (ask) => await replaceScript(world, ask),
		agree: async (ask) => await agreeWithEvidence(world, ask),
		answer: async (ask) => await answerChecklist(world, ask),
		approve: async (ask) => await approveRequest(world, ask),
		requestChanges: async (ask) => await requestChanges(world, ask),
		waive: async (ask) => await waiveFinding(world, ask),
		start: async (ask) => await startRun(world, ask),
		cancel: async (ask) => await cancelRun(world, ask),
		withdraw: async (ask) => await withdrawRequest(world, ask),
		acknowledge: async (ask) => await acknowledge(world, ask),
		decideFailure: async (ask) => await decideFailure(world, ask),
		findApprover: async (ask) => await findApprover(world, ask),
		scriptOf: async (number) => await scriptOfRequest(world, number),
		board: async (person) => await showBoard(world, person),
		load: async (number) => await world.record.load(number),
		list: async (target) => await world.record.list({target, limit: listed}),
	};
}
