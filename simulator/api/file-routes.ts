import type {FastifyInstance, FastifyReply} from 'fastify';
import {appMayRead} from '../state/files.ts';
import {changed} from '../state/slack.ts';
import type {Slack, SlackFile} from '../state/slack.ts';
import type {Simulation} from '../simulation.ts';
import {bearerOf} from './routes.ts';

/** Where the bytes of files come in and go out. */
export function addFileRoutes(server: FastifyInstance, simulation: Simulation): void {
	const {slack} = simulation;
	server.post<{Params: {id: string}}>('/upload/v1/:id', async (request, reply) => {
		if (simulation.mood.down) return cut(reply);
		const file = slack.files.get(request.params.id);
		const bytes = request.isMultipart()
			? await (await request.file())?.toBuffer()
			: Buffer.isBuffer(request.body)
				? request.body
				: undefined;
		return takeBytes(slack, reply, file, bytes);
	});
	for (const path of ['/files-pri/:key/:name', '/files-pri/:key/download/:name']) {
		server.get<{Params: {key: string}}>(path, async (request, reply) => {
			if (simulation.mood.down) return cut(reply);
			const file = slack.files.get(request.params.key.split('-').at(-1) ?? '');
			if (bearerOf(request) !== simulation.credentials.botToken || !mayDownload(slack, file)) {
				// A stranger is sent to the sign-in page, never told 401 (Slack: "Working with files").
				return reply.redirect('/signin', 302);
			}
			return reply.type('application/octet-stream').send(file.bytes);
		});
	}
	server.get('/signin', async (_request, reply) =>
		reply.type('text/html').send('<!DOCTYPE html><title>Sign in</title><h1>Sign in</h1>'),
	);
}

function takeBytes(
	slack: Slack,
	reply: FastifyReply,
	file: SlackFile | undefined,
	bytes: Buffer | undefined,
): FastifyReply {
	if (file === undefined || file.complete) return reply.status(404).send('not_found');
	if (bytes === undefined) return reply.status(400).send('no_file_data');
	if (bytes.length !== file.declaredLength) return reply.status(400).send('size_mismatch');
	file.bytes = bytes;
	changed(slack);
	return reply.type('text/plain').send(`OK - ${bytes.length}`);
}

function mayDownload(slack: Slack, file: SlackFile | undefined): file is SlackFile {
	return file !== undefined && file.complete && slack.manifest.scopes.includes('files:read') && appMayRead(slack, file);
}

function cut(reply: FastifyReply): FastifyReply {
	reply.hijack();
	reply.raw.destroy();
	return reply;
}
