import {play} from './demo/play.ts';
import {fillGallery} from './gallery/fill-gallery.ts';
import {createDoubledShop} from './stage/shop-database.ts';
import {startStage} from './stage/stage.ts';

/** `npm run demo` keeps everything running for a person; `-- --play` plays the main job without one. */
const playing = process.argv.includes('--play');
console.log('Starting PostgreSQL, Redis, a local Slack, the bot and a worker …');
const stage = await startStage({
	transport: 'socket',
	rows: true,
	targets: {
		'shop-production': {rehearse: true, drill: true},
		// Without rehearsal and drill: what fails there fails on the database itself.
		'shop-staging': {database: 'shop_staging'},
	},
});
try {
	await createDoubledShop(stage.postgres, 'shop_staging');
	if (playing) process.exitCode = await play(stage);
	else await stayUp();
} finally {
	await stage.stop();
}

async function stayUp(): Promise<void> {
	await fillGallery(stage.simulator.url);
	console.log(`
Everything runs. Open the local Slack, each tab as another person:

  dana, who writes migrations    ${stage.simulator.url}/?as=dana
  priya, who may approve         ${stage.simulator.url}/?as=priya
  anybody else                   ${stage.simulator.url}
  every message and window       ${stage.simulator.url}/gallery

As dana, type /migrate request in #db-migrations and choose a script of examples/shop/scripts, such as
shop-0009-add-shipments.sql for app shop, version 1.9.0. docs/demo.md has more to try. Behind the scenes:

  deploy gate    ${stage.gateUrl}/v1/gate/shop/1.9.0   (bearer ${stage.gateToken})
  production     ${stage.postgres.url('shop')}
  staging        ${stage.postgres.url('shop_staging')}
  record         ${stage.recordUrl}
  Redis          ${stage.redis.url()}
  backups        ${stage.backupDirectory}

Ctrl-C ends everything.
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
