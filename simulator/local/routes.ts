import type {FastifyInstance} from 'fastify';
import type {Simulation} from '../simulation.ts';
import {addActingRoutes} from './acting-routes.ts';
import {addFileRoutes} from './file-routes.ts';
import {addGalleryRoutes} from './gallery-routes.ts';
import {addInspectRoutes} from './inspect-routes.ts';
import {addMoodRoutes} from './mood-routes.ts';
import {addReadingRoutes} from './reading-routes.ts';
import {sameMachineOnly} from './same-machine.ts';
import {addViewRoutes} from './view-routes.ts';
import {addWorkspaceRoutes} from './workspace-routes.ts';

/** The doors through which tests, the demo and the page act as people: `/_local/…`, JSON, to this machine alone. */
export async function addLocalRoutes(server: FastifyInstance, simulation: Simulation): Promise<void> {
	await server.register(
		(scope, _options, done) => {
			scope.addHook('onRequest', sameMachineOnly({fromLinks: false}));
			addWorkspaceRoutes(scope, simulation);
			addMoodRoutes(scope, simulation);
			addReadingRoutes(scope, simulation);
			addActingRoutes(scope, simulation);
			addViewRoutes(scope, simulation);
			addFileRoutes(scope, simulation);
			addInspectRoutes(scope, simulation);
			addGalleryRoutes(scope);
			done();
		},
		{prefix: '/_local'},
	);
}
