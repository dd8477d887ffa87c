import type {onRequestAsyncHookHandler} from 'fastify';

/** Names under which a browser on this machine reaches a server on 127.0.0.1. */
const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Who asked, as far as the headers of a request tell. */
type Asker = {
	readonly host: string | undefined;
	readonly origin: string | undefined;
	/** `Sec-Fetch-Site`, which every current browser sends and no page can set. */
	readonly site: string | undefined;
};

/**
 * Refuses, with 403 and a sentence, what a page from elsewhere could make a browser on this machine ask for: by a name
 * of its own that points to 127.0.0.1 (the Host tells), or across origins (Origin and Sec-Fetch-Site tell). Programs
 * that are no browsers send neither. With `fromLinks` a link on another page may lead here: nothing happens by it.
 */
export function sameMachineOnly({fromLinks}: {readonly fromLinks: boolean}): onRequestAsyncHookHandler {
	return async (request, reply) => {
		const {host, origin} = request.headers;
		const site = request.headers['sec-fetch-site'];
		const breach = breachOf({host, origin, site: fromLinks || Array.isArray(site) ? undefined : site});
		if (breach !== undefined) await reply.status(403).send({error: 'forbidden', message: breach});
	};
}

/** Why this request is refused, or undefined. */
function breachOf({host, origin, site}: Asker): string | undefined {
	const name = (host ?? '').toLowerCase().replace(/:\d+$/, '');
	if (!loopbackNames.has(name)) return 'The local Slack answers to localhost and 127.0.0.1 alone.';
	if (origin !== undefined && origin.toLowerCase() !== `http://${(host ?? '').toLowerCase()}`) {
		return `The local Slack takes nothing from pages of ${origin}.`;
	}
	if (site === 'cross-site' || site === 'same-site') return 'The local Slack takes nothing from other pages.';
	return undefined;
}
