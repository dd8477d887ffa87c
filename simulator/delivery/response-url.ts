import type {FastifyInstance, FastifyReply} from 'fastify';
import {isObject, objectField, objectsField, textField} from '../json.ts';
import type {JsonObject} from '../json.ts';
import {checkMessage} from '../limits/message.ts';
import {keep} from '../log.ts';
import type {Subject} from '../log.ts';
import type {Simulation} from '../simulation.ts';
import {SlackError} from '../api/slack-error.ts';
import {edit, findMessage, post, remove} from '../state/messages.ts';
import type {Channel, Message, ResponseUrl, Slack} from '../state/slack.ts';

/** A response_url takes five messages (Slack: "Handling user interaction", response_url). */
const USES_LIMIT = 5;

/** Makes the response_url of what a person did. */
export function newResponseUrl(
	slack: Slack,
	place: Omit<ResponseUrl, 'madeAt' | 'uses'>,
	kind: 'commands' | 'actions' | 'app',
): string {
	const id = slack.ids.next('R');
	slack.responseUrls.set(id, {...place, madeAt: slack.now(), uses: 0});
	return `${slack.address.url}/hooks/${kind}/${slack.team.id}/${id}`;
}

/** The doors behind response_urls. */
export function addResponseUrlRoutes(server: FastifyInstance, simulation: Simulation): void {
	server.post<{Params: {id: string}}>('/hooks/:kind/:team/:id', async (request, reply) => {
		const body = isObject(request.body) ? request.body : {};
		const {status, answer, subjects = []} = respond(simulation, request.params.id, body);
		keep(simulation.log.calls, {
			at: simulation.slack.now(),
			method: 'response_url',
			arguments: body,
			status,
			answer,
			milliseconds: 0,
			subjects,
		});
		return sendAnswer(reply, status, answer);
	});
}

function sendAnswer(reply: FastifyReply, status: number, answer: JsonObject): FastifyReply {
	if (status === 0) {
		reply.hijack();
		reply.raw.destroy();
		return reply;
	}
	if (status === 200) return reply.type('text/plain').send('ok');
	return reply.status(status).send(answer);
}

function respond(
	{slack, mood}: Simulation,
	id: string,
	body: JsonObject,
): {readonly status: number; readonly answer: JsonObject; readonly subjects?: readonly Subject[]} {
	if (mood.down) return {status: 0, answer: {}};
	try {
		const {channel, ts} = answerThrough(slack, slack.responseUrls.get(id), body);
		return {status: 200, answer: {ok: true}, subjects: [{channel, ts}]};
	} catch (error) {
		if (!(error instanceof SlackError)) throw error;
		const status = ['used_url', 'expired_url', 'invalid_url'].includes(error.code) ? 404 : 400;
		return {status, answer: {ok: false, error: error.code, ...error.more}};
	}
}

function answerThrough(slack: Slack, url: ResponseUrl | undefined, body: JsonObject): Message {
	const channel = slack.channels.get(url?.channel ?? '');
	if (url === undefined || channel === undefined) throw new SlackError('invalid_url');
	if (slack.now() - url.madeAt > slack.timings.responseUrlLife) throw new SlackError('expired_url');
	if (url.uses >= USES_LIMIT) throw new SlackError('used_url');
	const message = postResponse(slack, channel, url, body);
	url.uses += 1;
	return message;
}

/** Where an answer belongs: who acted, and on which message if any. */
export type ResponsePlace = Pick<ResponseUrl, 'person' | 'messageTs' | 'threadTs'>;

/**
 * Shows what the app answered: in place of the message acted on, to the person alone, or in the
 * channel. Returns the message that it made or changed. Throws SlackError where the content breaks a
 * limit, or there is no message to delete.
 */
export function postResponse(slack: Slack, channel: Channel, place: ResponsePlace, body: JsonObject): Message {
	const original = findMessage(channel, place.messageTs ?? '');
	if (body['delete_original'] === true) {
		if (original === undefined) throw new SlackError('message_not_found');
		remove(slack, original);
		return original;
	}
	const content = {
		text: textField(body, 'text') ?? '',
		blocks: objectsField(body, 'blocks'),
		attachments: objectsField(body, 'attachments'),
	};
	checkMessage({...content, ...(body['text'] === undefined ? {} : {text: content.text})}, 'post');
	if (body['replace_original'] === true && original !== undefined) {
		edit(slack, original, content);
		return original;
	}
	const threadTs = textField(body, 'thread_ts') ?? place.threadTs;
	const metadata = objectField(body, 'metadata');
	return post(slack, {
		...content,
		channel,
		user: slack.app.botUserId,
		byApp: true,
		...(body['response_type'] === 'in_channel' ? {} : {visibleTo: place.person}),
		...(threadTs === undefined ? {} : {threadTs}),
		...(metadata === undefined ? {} : {metadata}),
	});
}
