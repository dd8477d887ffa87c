import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {openHome} from '../people/open-home.ts';
import {readChannel} from '../people/read.ts';
import type {Simulation} from '../simulation.ts';
import {directMessage} from '../state/channels.ts';
import {deskOf} from './desk.ts';
import {channelIn, personIn} from './lookup.ts';
import {markRead} from './unread.ts';

const ReadBody = z.object({ts: z.string().regex(/^\d+\.\d+$/)});
const HomeBody = z.object({tab: z.enum(['home', 'messages']).default('home')});

/** What a person sees: their desktop, channels, direct messages, the app's Home. */
export function addReadingRoutes(server: FastifyInstance, simulation: Simulation): void {
	const {slack} = simulation;
	server.get('/people/:person/desktop', async (request) => deskOf(simulation, personIn(slack, request.params)));
	server.get('/people/:person/channels/:channel/messages', async (request) => {
		const {person, channel} = channelIn(slack, request.params);
		return readChannel(slack, channel, person);
	});
	server.post('/people/:person/channels/:channel/read', async (request) => {
		markRead(slack, {...channelIn(slack, request.params), ...ReadBody.parse(request.body)});
		return {};
	});
	server.get('/people/:person/direct-messages', async (request) => {
		const person = personIn(slack, request.params);
		return readChannel(slack, directMessage(slack, [person.id]), person);
	});
	server.post('/people/:person/home', async (request) => {
		openHome(simulation, personIn(slack, request.params), HomeBody.parse(request.body ?? {}).tab);
		return {};
	});
}
