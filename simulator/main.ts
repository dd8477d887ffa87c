import {readFileSync} from 'node:fs';
import {Command} from 'commander';
import {parse} from 'yaml';
import {startSimulator} from './server.ts';
import type {DeliveryMode} from './simulation.ts';

type Flags = {
	readonly port: string;
	readonly manifest: string;
	readonly workspace?: string;
	readonly requestUrl?: string;
	readonly botToken?: string;
	readonly appToken?: string;
	readonly signingSecret?: string;
};

await new Command('simulator')
	.description('A local Slack. Prints one line of JSON with its addresses and tokens when ready, and opens nothing.')
	.requiredOption('--manifest <file>', "the app's manifest.yml")
	.option('--port <port>', '0 takes a free one', '0')
	.option('--workspace <file>', 'people and channels (JSON or YAML) in place of the default ones')
	.option('--request-url <url>', 'deliver by signed HTTP to this URL; Socket Mode without it')
	.option('--bot-token <token>', 'a bot token of your own')
	.option('--app-token <token>', 'an app-level token of your own')
	.option('--signing-secret <secret>', 'a signing secret of your own')
	.action(run)
	.parseAsync();

async function run(flags: Flags): Promise<void> {
	const {url, apiUrl, botToken, appToken, signingSecret, close} = await startSimulator({
		port: Number(flags.port),
		manifestPath: flags.manifest,
		delivery: deliveryOf(flags),
		...(flags.workspace === undefined ? {} : {workspace: parse(readFileSync(flags.workspace, 'utf8')) as unknown}),
		...(flags.botToken === undefined ? {} : {botToken: flags.botToken}),
		...(flags.appToken === undefined ? {} : {appToken: flags.appToken}),
		...(flags.signingSecret === undefined ? {} : {signingSecret: flags.signingSecret}),
	});
	for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void close());
	// The line of JSON on stdout is for programs.
	console.error(`The local Slack's page: ${url}/`);
	console.log(JSON.stringify({url, apiUrl, botToken, appToken, signingSecret}));
}

function deliveryOf({requestUrl}: Flags): DeliveryMode {
	return requestUrl === undefined ? {mode: 'socket'} : {mode: 'http', requestUrl};
}
