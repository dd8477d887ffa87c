import {setTimeout as sleep} from 'node:timers/promises';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {isObject} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {keep} from '../log.ts';
import {subjectsOfCall} from '../log-subjects.ts';
import {fateOf} from '../misbehaviour.ts';
import type {Simulation} from '../simulation.ts';
import {answerCall, findMethod} from './call.ts';
import type {IncomingCall} from './call.ts';
import {secondsToWait} from './rate-limits.ts';
import type {RecentCalls} from './rate-limits.ts';

/** What the caller gets: a JSON answer with a status, or a cut connection. */
type Outcome = {
	readonly status: number;
	readonly answer: JsonObject;
	readonly retryAfter?: number;
	readonly cut?: boolean;
	readonly fate?: string;
};

/** The doors of the Web API: `/api/<method>`, by POST or GET. */
export function addApiRoutes(server: FastifyInstance, simulation: Simulation): void {
	const recent: RecentCalls = new Map();
	server.route<{Params: {method: string}}>({
		method: ['GET', 'POST'],
		url: '/api/:method',
		async handler(request, reply) {
			const call = readCall(request, request.params.method);
			const started = simulation.slack.now();
			const outcome = await decide(simulation, recent, call);
			note(simulation, call, outcome, started);
			return send(simulation, reply, outcome);
		},
	});
}

function readCall(request: FastifyRequest, name: string): IncomingCall {
	const given = {...fieldsOf(request.query), ...fieldsOf(request.body)};
	return {name, given, bearer: bearerOf(request)};
}

/** The bearer token of a request, if it carries one. */
export function bearerOf(request: FastifyRequest): string | undefined {
	return /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
}

function fieldsOf(value: unknown): JsonObject {
	return isObject(value) ? value : {};
}

async function decide(simulation: Simulation, recent: RecentCalls, call: IncomingCall): Promise<Outcome> {
	if (simulation.mood.down) return {status: 0, answer: {}, cut: true, fate: 'down'};
	const fate = fateOf(simulation.mood, call.name);
	switch (fate?.kind) {
		case 'rate_limited':
			return {...limited(fate.retryAfter), fate: fate.kind};
		case 'server_error':
			return {status: fate.status, answer: {}, fate: fate.kind};
		case 'slack_error':
			return {status: 200, answer: {ok: false, error: fate.error}, fate: fate.kind};
		case 'slow':
			await sleep(fate.milliseconds);
			return {status: 200, answer: await answerCall(simulation, call), fate: fate.kind};
		case 'answer_lost':
			return {status: 0, answer: await answerCall(simulation, call), cut: true, fate: fate.kind};
		case undefined:
			return byTheRules(simulation, recent, call);
	}
}

async function byTheRules(simulation: Simulation, recent: RecentCalls, call: IncomingCall): Promise<Outcome> {
	const method = findMethod(call.name);
	if (simulation.mood.rateLimits && method !== undefined) {
		const wait = secondsToWait(simulation.slack, recent, {...call, method});
		if (wait > 0) return limited(wait);
	}
	return {status: 200, answer: await answerCall(simulation, call)};
}

function limited(retryAfter: number): Outcome {
	return {status: 429, answer: {ok: false, error: 'ratelimited'}, retryAfter};
}

async function send(
	{slack}: Simulation,
	reply: FastifyReply,
	{status, answer, retryAfter, cut}: Outcome,
): Promise<FastifyReply> {
	if (cut === true) {
		reply.hijack();
		reply.raw.destroy();
		return reply;
	}
	void reply.header('x-oauth-scopes', slack.manifest.scopes.join(','));
	if (retryAfter !== undefined) void reply.header('retry-after', String(retryAfter));
	if (status >= 500) return reply.status(status).type('text/html').send('Server Error');
	return reply.status(status).type('application/json; charset=utf-8').send(answer);
}

function note(simulation: Simulation, call: IncomingCall, outcome: Outcome, at: number): void {
	const {token: _secret, ...shown} = call.given;
	keep(simulation.log.calls, {
		at,
		method: call.name,
		arguments: shown,
		status: outcome.status,
		answer: outcome.answer,
		milliseconds: simulation.slack.now() - at,
		subjects: subjectsOfCall(simulation.slack, {method: call.name, given: shown, answer: outcome.answer}),
		...(outcome.fate === undefined ? {} : {fate: outcome.fate}),
	});
}
