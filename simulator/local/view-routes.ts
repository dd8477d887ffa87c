import type {FastifyInstance} from 'fastify';
import {z} from 'zod';
import {fill} from '../people/fill.ts';
import {close, submit} from '../people/submit.ts';
import type {Simulation} from '../simulation.ts';
import {viewOnTheWire} from '../state/views.ts';
import {openViews} from './desk.ts';
import {personIn, viewIn} from './lookup.ts';
import {Value} from './value.ts';

const FillBody = z.object({blockId: z.string(), actionId: z.string(), value: Value});

/** The modals in front of a person: seeing, filling in, submitting, closing. */
export function addViewRoutes(server: FastifyInstance, simulation: Simulation): void {
	const {slack} = simulation;
	server.get('/people/:person/views', async (request) =>
		openViews(slack, personIn(slack, request.params)).map((each) => viewOnTheWire(slack, each)),
	);
	server.put('/people/:person/views/:view/values', async (request) =>
		fill(simulation, {...viewIn(slack, request.params), ...FillBody.parse(request.body)}),
	);
	server.post('/people/:person/views/:view/submit', async (request) => {
		const {person, view} = viewIn(slack, request.params);
		return submit(simulation, person, view);
	});
	server.post('/people/:person/views/:view/close', async (request) => {
		const {person, view} = viewIn(slack, request.params);
		await close(simulation, person, view);
		return {};
	});
}
