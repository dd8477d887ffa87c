import {play} from './demo/play.ts';
import {startStage} from './stage/stage.ts';

/** `npm run demo` keeps everything running for a person; `-- --play` plays the main job without one. */
const playing = process.argv.includes('--play');
console.log('Starting PostgreSQL, Redis, a local Slack, the bot and a worker …');
const stage = await startStage({transport: 'socket', rows: true});
try {
	if (playing) process.exitCode = await play(stage);
	else await stayUp();
} finally {
	await stage.stop();
}

async function stayUp(): Promise<void> {
	console.log(`
Everything runs:

  local Slack    ${stage.simulator.url}
  deploy gate    ${stage.gateUrl}/v1/gate/shop/1.9.0   (bearer ${stage.gateToken})
  production     ${stage.postgres.url('shop')}
  record         ${stage.recordUrl}
  Redis          ${stage.redis.url()}
  backups        ${stage.backupDirectory}

Try it: act as any person of the workspace over the local Slack's API (docs/demo.md has the calls), or let it play by
itself with \`npm run demo -- --play\`. Scripts to request are in examples/shop/scripts. Ctrl-C ends everything.
`);
	await new Promise<void>((resolve) => {
		// Nothing else keeps this process waiting for its person.
		const waiting = setInterval(() => {}, 60_000);
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
			process.once(signal, () => {
				clearInterval(waiting);
				resolve();
			});
		}
	});
}
