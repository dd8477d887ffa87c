import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import type {Simulation} from '../simulation.ts';
import {inspect} from './inspect.ts';
import {homeOf, messageOf, personNamed, viewOf} from './lookup.ts';

const AfterQuery = z.object({after: z.coerce.number().default(0)});
const Subject = z.object({
	person: z.string(),
	channel: z.string().optional(),
	ts: z.string().optional(),
	view: z.string().optional(),
	home: z.literal('1').optional(),
});

/** What the app called and was sent; `?after=` leaves out the entries up to that number. */
export function addInspectRoutes(server: FastifyInstance, simulation: Simulation): void {
	const {slack, log} = simulation;
	server.get('/calls', async (request) => later(log.calls, AfterQuery.parse(request.query).after));
	server.get('/deliveries', async (request) => later(log.deliveries, AfterQuery.parse(request.query).after));
	server.get('/inspect', async (request) => {
		const {person: name, view, home, ...place} = Subject.parse(request.query);
		const person = personNamed(slack, name);
		if (view !== undefined) return inspect(log, {kind: 'modal', view: viewOf(slack, person, view)});
		if (home !== undefined) return inspect(log, {kind: 'home', view: homeOf(slack, person)});
		return inspect(log, {kind: 'message', message: messageOf(slack, person, place).message});
	});
}

function later<T extends {readonly number: number}>(entries: readonly T[], after: number): readonly T[] {
	return after <= 0 ? entries : entries.filter((each) => each.number > after);
}
