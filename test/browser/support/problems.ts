import type {BrowserContext, Page, Request} from 'playwright-core';

/** What a tab's page did that no page of ours may do. */
export interface Watch {
	/** The addresses of all requests and WebSockets so far, in order, allowed or not. */
	readonly requests: readonly string[];
	/** Problems since the last call, each a sentence. */
	take(): readonly string[];
	/** From now on problems that match are no problems: a test says so before it provokes them. */
	pardon(pattern: RegExp): void;
}

/**
 * Watches all pages of a context: console errors, uncaught exceptions, failed requests, and requests to any other
 * host than `origin`'s. Requests that the page itself or a navigation has aborted have not failed.
 */
export function watchContext(context: BrowserContext, origin: string): Watch {
	const {host} = new URL(origin);
	const requests: string[] = [];
	const pardoned: RegExp[] = [];
	let problems: string[] = [];

	function note(problem: string): void {
		if (!pardoned.some((pattern) => pattern.test(problem))) problems.push(problem);
	}

	function noteAddress(address: string): void {
		requests.push(address);
		const url = new URL(address);
		if (!isInside(url) && url.host !== host) note(`request to another host: ${address}`);
	}

	context.on('request', (request) => noteAddress(request.url()));
	context.on('requestfailed', (request) => {
		const reason = request.failure()?.errorText ?? 'no reason given';
		if (reason !== 'net::ERR_ABORTED') note(`failed request: ${describe(request)}: ${reason}`);
	});
	context.on('console', (message) => {
		if (message.type() === 'error' || message.type() === 'assert') note(`console error: ${message.text()}`);
	});
	context.on('weberror', (webError) => {
		const error = webError.error();
		note(`uncaught exception: ${error.stack ?? error.message}`);
	});
	context.on('page', (page: Page) => {
		page.on('websocket', (socket) => noteAddress(socket.url()));
		page.on('crash', () => note(`the page crashed: ${page.url()}`));
	});
	return {
		requests,
		take() {
			const taken = problems;
			problems = [];
			return taken;
		},
		pardon(pattern) {
			pardoned.push(pattern);
		},
	};
}

/** Addresses that the browser answers by itself. */
function isInside(url: URL): boolean {
	return ['about:', 'blob:', 'data:'].includes(url.protocol);
}

function describe(request: Request): string {
	return `${request.method()} ${request.url()}`;
}
