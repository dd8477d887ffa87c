import {timingSafeEqual} from 'node:crypto';

import Fastify, {type FastifyInstance} from 'fastify';
import {z} from 'zod';

import type {GateAnswer} from '../../domain/gate.ts';
import {Failure} from '../../operations/ports/failure.ts';

const Question = z.object({app: z.string().min(1).max(200), version: z.string().min(1).max(200)});
const Query = z.object({target: z.string().min(1).max(200).optional()});

export interface GateServer {
	readonly port: number;
	close(): Promise<void>;
}

/**
 * `GET /v1/gate/{app}/{version}?target=NAME` with a bearer token, and `GET /healthz`. Every answer that is not a plain
 * go is a hold or a stop; when the record cannot be asked, 503 with verdict hold: the gate fails closed.
 */
export async function startGateServer(options: {
	readonly host: string;
	readonly port: number;
	readonly tokens: readonly string[];
	readonly ask: (question: {
		readonly app: string;
		readonly version: string;
		readonly target: string | null;
	}) => Promise<GateAnswer>;
	readonly onError: (error: Error) => void;
}): Promise<GateServer> {
	const server = Fastify({logger: false, routerOptions: {maxParamLength: 200}});
	server.get('/healthz', () => ({ok: true}));
	server.get('/v1/gate/:app/:version', async (request, reply) => {
		if (!isAllowed(request.headers.authorization, options.tokens)) {
			return await reply
				.code(401)
				.header('www-authenticate', 'Bearer')
				.send({error: 'unauthorized', sentence: 'Send one of the gate’s tokens as a bearer token.'});
		}
		const question = Question.safeParse(request.params);
		const query = Query.safeParse(request.query);
		if (!question.success || !query.success) {
			return await reply
				.code(400)
				.send({error: 'bad-request', sentence: 'Ask for /v1/gate/{app}/{version}, with ?target=NAME for one target.'});
		}
		return await options.ask({...question.data, target: query.data.target ?? null});
	});
	answerErrors(server, options.onError);
	await server.listen({host: options.host, port: options.port});
	const address = server.server.address();
	return {
		port: address !== null && typeof address === 'object' ? address.port : options.port,
		close: async () => await server.close(),
	};
}

function answerErrors(server: FastifyInstance, onError: (error: Error) => void): void {
	server.setErrorHandler(async (error, _request, reply) => {
		const known = error instanceof Error ? error : new Error(String(error));
		onError(known);
		const sentence =
			known instanceof Failure ? known.message : 'Lockstep could not answer. Do not deploy; its log says more.';
		return await reply.code(503).send({verdict: 'hold', reason: 'could-not-answer', sentence, requests: []});
	});
	server.setNotFoundHandler(
		async (_request, reply) =>
			await reply.code(404).send({error: 'not-found', sentence: 'The gate answers at /v1/gate/{app}/{version}.'}),
	);
}

function isAllowed(header: string | undefined, tokens: readonly string[]): boolean {
	const given = /^Bearer (.+)$/i.exec(header ?? '')?.[1];
	if (given === undefined) return false;
	// Compared with every token, so that the time tells neither which one nor how much of it was right.
	return tokens.map((token) => sameText(given, token)).includes(true);
}

function sameText(a: string, b: string): boolean {
	const left = Buffer.from(a);
	const right = Buffer.from(b);
	return left.length === right.length && timingSafeEqual(left, right);
}
