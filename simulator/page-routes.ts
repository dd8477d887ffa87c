import {readFileSync} from 'node:fs';
import type {FastifyInstance, FastifyReply, FastifyRequest} from 'fastify';
import {sameMachineOnly} from './local/same-machine.ts';
import {pageBundle, pageFile} from './page-bundle.ts';
import type {PageBundle, PageFile} from './page-bundle.ts';

/** The page runs its own script and style and talks to its own server; nothing else. */
const policy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"connect-src 'self'",
	"base-uri 'none'",
	"form-action 'none'",
	"frame-ancestors 'none'",
].join('; ');

/** Where the one page is; it looks at its address to know what to show. */
const addresses = ['/', '/gallery', '/sample', '/archives/:channel/:message'];

/** Serves the page, its program, its styles and its icon, to this machine alone. */
export async function addPageRoutes(server: FastifyInstance, teamName: string, bundle = pageBundle): Promise<void> {
	const icon = pageFile(readFileSync(new URL('./page/favicon.svg', import.meta.url)));
	let logged = '';
	await server.register((scope, _options, done) => {
		scope.addHook('onRequest', sameMachineOnly({fromLinks: true}));
		for (const address of addresses) {
			scope.get(address, (request, reply) => {
				const made = current();
				const page = made.kind === 'built' ? pageOf(teamName) : failurePage(made.reason);
				void reply.status(made.kind === 'built' ? 200 : 500);
				return send({request, reply}, 'text/html; charset=utf-8', pageFile(Buffer.from(page)));
			});
		}
		scope.get('/app.js', (request, reply) => {
			const made = current();
			if (made.kind === 'failed') return reply.status(500).type('text/plain; charset=utf-8').send(made.reason);
			return send({request, reply}, 'text/javascript; charset=utf-8', made.script);
		});
		scope.get('/app.css', (request, reply) => {
			const made = current();
			if (made.kind === 'failed') return reply.status(500).type('text/plain; charset=utf-8').send(made.reason);
			return send({request, reply}, 'text/css; charset=utf-8', made.style);
		});
		scope.get('/favicon.svg', (request, reply) => send({request, reply}, 'image/svg+xml', icon));
		done();
	});

	/** A failure is told once on the console, not at every request. */
	function current(): PageBundle {
		const made = bundle();
		const reason = made.kind === 'failed' ? made.reason : '';
		if (reason !== logged && reason !== '') console.error(`The local Slack's page cannot be built.\n${reason}`);
		logged = reason;
		return made;
	}
}

function send(
	{request, reply}: {readonly request: FastifyRequest; readonly reply: FastifyReply},
	type: string,
	{content, tag}: PageFile,
): FastifyReply {
	void reply.headers({
		'cache-control': 'no-cache',
		'content-security-policy': policy,
		'referrer-policy': 'no-referrer',
		'x-content-type-options': 'nosniff',
		etag: tag,
	});
	if (request.headers['if-none-match'] === tag && reply.statusCode === 200) return reply.status(304).send();
	return reply.type(type).send(content);
}

function pageOf(teamName: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(teamName)}</title>
<link rel="icon" href="/favicon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/app.css">
<script type="module" src="/app.js"></script>
</head>
<body>
<div id="app"></div>
<noscript>This page is a program: it needs JavaScript.</noscript>
</body>
</html>
`;
}

function failurePage(reason: string): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>The page cannot be built</title>
</head>
<body>
<h1>The page cannot be built</h1>
<p>Mend what esbuild found in simulator/page, then load this again.</p>
<pre>${escaped(reason)}</pre>
</body>
</html>
`;
}

function escaped(text: string): string {
	return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
