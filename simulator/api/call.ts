import {sendEvent} from '../delivery/events.ts';
import type {JsonObject} from '../json.ts';
import type {Simulation} from '../simulation.ts';
import {textArgument} from './arguments.ts';
import type {Arguments} from './arguments.ts';
import {methods} from './methods.ts';
import type {Method, MethodCall} from './method.ts';
import {SlackError} from './slack-error.ts';

/** A call as it came in over HTTP. */
export type IncomingCall = {
	readonly name: string;
	readonly given: Arguments;
	/** The bearer token of the Authorization header. */
	readonly bearer: string | undefined;
};

/** The method with this name, or undefined. */
export function findMethod(name: string): Method | undefined {
	return Object.hasOwn(methods, name) ? methods[name] : undefined;
}

/** Answers a call as Slack does: `ok: true` and fields, or `ok: false` and an error. Throws bugs alone. */
export async function answerCall(simulation: Simulation, call: IncomingCall): Promise<JsonObject> {
	try {
		if (call.name === 'apps.connections.open') {
			checkToken(simulation, call, 'app');
			return {ok: true, url: simulation.socketUrl()};
		}
		const method = findMethod(call.name);
		if (method === undefined) throw new SlackError('unknown_method', {req_method: call.name});
		checkToken(simulation, call, method.token);
		const methodCall: MethodCall = {
			slack: simulation.slack,
			given: call.given,
			announce: (event) => void sendEvent(simulation, event, simulation.stop),
		};
		checkScopes(methodCall, method);
		const answer = await method.handle(methodCall);
		return {ok: true, ...answer};
	} catch (error) {
		if (error instanceof SlackError) return {ok: false, error: error.code, ...error.more};
		throw error;
	}
}

function checkToken({credentials}: Simulation, {bearer, given}: IncomingCall, wanted: Method['token']): void {
	const token = bearer ?? textArgument(given, 'token');
	if (token === undefined || token === '') throw new SlackError('not_authed');
	const kind = kindOf(credentials, token);
	if (kind === undefined) throw new SlackError('invalid_auth');
	if (kind !== wanted) throw new SlackError('not_allowed_token_type');
}

function kindOf(credentials: Simulation['credentials'], token: string): 'bot' | 'app' | undefined {
	if (token === credentials.botToken) return 'bot';
	return token === credentials.appToken ? 'app' : undefined;
}

function checkScopes(call: MethodCall, method: Method): void {
	const needed = method.scopes(call);
	const provided = call.slack.manifest.scopes;
	if (needed.length === 0 || needed.some((scope) => provided.includes(scope))) return;
	throw new SlackError('missing_scope', {
		needed: needed.join(','),
		provided: provided.join(','),
	});
}
