import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {sendEvent} from '../delivery/events.ts';
import {Misbehaviour, setMood} from '../misbehaviour.ts';
import type {Simulation} from '../simulation.ts';
import {changed} from '../state/slack.ts';
import type {MoodNow} from './desktop.ts';

const Delivery = z.discriminatedUnion('mode', [
	z.object({mode: z.literal('socket')}),
	z.object({mode: z.literal('http'), requestUrl: z.url()}),
]);
const Event = z.record(z.string(), z.unknown());

/** How this Slack treats the app: its misbehaviour, the way payloads take, events out of nothing. */
export function addMoodRoutes(server: FastifyInstance, simulation: Simulation): void {
	const {mood} = simulation;
	server.get('/misbehaviours', async (): Promise<MoodNow> => mood);
	server.post('/misbehaviours', async (request) => {
		const wish = Misbehaviour.parse(request.body);
		setMood(mood, wish);
		if (wish.kind === 'drop_sockets') simulation.dropSockets(wish.announced);
		if (wish.kind === 'down' && wish.on) simulation.dropSockets(false);
		changed(simulation.slack);
		return {};
	});
	server.put('/delivery', async (request) => {
		simulation.setDelivery(Delivery.parse(request.body));
		return {};
	});
	server.post('/events', async (request) => {
		void sendEvent(simulation, Event.parse(request.body), simulation.stop);
		return {};
	});
}
